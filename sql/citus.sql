-- A shard on a Citus cluster: spreads the tables of merchants over its workers.
--
-- usage: sql/apply 'host=coordinator ...' && psql -d 'host=coordinator ...' -f sql/citus.sql
--
-- For one shard that must be larger than one machine; several shards of one
-- machine each (docs/shards.md) are what is tested.  THIS FILE HAS NOT BEEN RUN:
-- Citus is not in Debian.  Its reference is Citus 13 on PostgreSQL 15, and what
-- is known to stand in the way is this:
--
--   * All calls must go to the coordinator.  The order of events is that of its
--     transactions' numbers, which DEFAULT pg_current_xact_id() takes there.
--   * Advisory locks are the coordinator's, for the same reason.
--   * The public id of a merchant can not be unique over workers; the module
--     makes it at random.
--   * Triggers do not go with distributed tables: nothing but the functions keeps
--     ledger and journal insert-only, and no merchant can be moved to or from
--     such a shard with tools/move-merchant.
--   * A batch is of several merchants, so its statements go to several workers,
--     and the commit is one of two phases.
--
-- What must stay true of the schema is tested by sql/tests/layout.sql and
-- tools/lint.
\set ON_ERROR_STOP on

BEGIN;

DO $$
BEGIN
    IF to_regproc('create_distributed_table') IS NULL THEN
        RAISE EXCEPTION 'this database has no Citus: CREATE EXTENSION citus first';
    END IF;

    IF EXISTS (SELECT FROM pay.merchants) THEN
        RAISE EXCEPTION 'there are merchants already: begin with an empty database';
    END IF;
END $$;

DROP TRIGGER insert_only ON pay.ledger_transfers;
DROP TRIGGER no_truncate ON pay.ledger_transfers;
DROP TRIGGER insert_only ON pay.journal;
DROP TRIGGER no_truncate ON pay.journal;
DROP TRIGGER arrive ON pay.journal;

DROP INDEX pay.merchants_public_id;
CREATE INDEX merchants_public_id ON pay.merchants (public_id);

SELECT create_reference_table('pay.accounts');
SELECT create_reference_table('pay.transitions');

-- the first of them, since the others are put beside it
SELECT create_distributed_table('pay.merchants', 'merchant_id');
SELECT create_distributed_table('pay.' || o_name, 'merchant_id',
                                colocate_with := 'pay.merchants')
  FROM pay.moved_tables() WITH ORDINALITY AS t (o_name, o_late, i)
 WHERE o_name <> 'merchants' ORDER BY i;

COMMIT;
