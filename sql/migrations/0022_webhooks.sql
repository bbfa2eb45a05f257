-- Where merchants want their events to be sent.  What an endpoint has had is a
-- sequence, its cursor; a row for an event is there only while it has failed.

CREATE TABLE pay.webhook_endpoints (
    merchant_id     bigint NOT NULL,
    endpoint_id     uuid NOT NULL,
    livemode        boolean NOT NULL,
    url             text NOT NULL,
    types           text[] NOT NULL,         -- names, each may end with *
    status          text NOT NULL DEFAULT 'enabled'
                    CHECK (status IN ('enabled', 'disabled')),
    disabled_reason text CHECK (disabled_reason IN ('merchant', 'gone', 'failing')),
    ordered         boolean NOT NULL,
    description     text,
    metadata        text NOT NULL,           -- a JSON object of strings
    secret          bytea NOT NULL,          -- encrypted by the module
    old_secret      bytea,                   -- which signs as well, until then
    overlap_until   timestamptz,
    cursor          bigint NOT NULL,         -- all up to it was sent, or is below
    failures        int NOT NULL DEFAULT 0,  -- in a row, of all events
    failing_since   timestamptz,
    paused_until    timestamptz,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    version         int NOT NULL DEFAULT 1,
    PRIMARY KEY (merchant_id, endpoint_id),
    CHECK ((status = 'disabled') = (disabled_reason IS NOT NULL))
) WITH (fillfactor = 50);

CREATE INDEX webhook_endpoints_paused ON pay.webhook_endpoints (paused_until)
    WHERE paused_until IS NOT NULL;

-- Events that an endpoint did not take, though it takes others.
CREATE TABLE pay.webhook_retries (
    merchant_id     bigint NOT NULL,
    endpoint_id     uuid NOT NULL,
    sequence        bigint NOT NULL,
    attempts        smallint NOT NULL,       -- that have failed
    due             timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, endpoint_id, sequence)
) WITH (fillfactor = 50);

CREATE INDEX webhook_retries_due ON pay.webhook_retries (due);
