-- Versions of API keys and merchants: their entity tags.  A version counts what a
-- reader sees change.  Of an API key that is last_used_at too, which no request writes:
-- written_version is the one that a request has made last, which If-Match is about.
ALTER TABLE pay.api_keys
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD COLUMN written_version integer NOT NULL DEFAULT 1,
    ADD CONSTRAINT api_keys_version_check
        CHECK (written_version BETWEEN 1 AND version);

ALTER TABLE pay.merchants
    ADD COLUMN version integer NOT NULL DEFAULT 1 CHECK (version > 0);
