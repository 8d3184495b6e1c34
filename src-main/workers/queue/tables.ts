/**
 * Our tables beside pg-boss's. `result` has a row for each sample that a worker began: what was found stays in it until the host
 * has written it, and the row itself until the run is over, so that a chunk which is delivered twice does nothing twice.
 */

/** States of a row of `result`. */
export const BEGUN = 0;
export const FOUND = 1;
export const WRITTEN = 2;

/** Of everybody who makes tables at once, one does. */
const LOCK = 7_046_029_254;

export const TABLES = `
BEGIN;
SELECT pg_advisory_xact_lock(${LOCK});
CREATE SCHEMA IF NOT EXISTS fovea;
CREATE TABLE IF NOT EXISTS fovea.run (
  key uuid PRIMARY KEY,
  spec jsonb NOT NULL,
  -- Lets its holder read the run's pictures from the host.
  token text NOT NULL,
  -- Who writes the results into the project.
  host text NOT NULL,
  host_seen timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS fovea.result (
  run uuid NOT NULL REFERENCES fovea.run (key) ON DELETE CASCADE,
  sample bigint NOT NULL,
  asked text NOT NULL,
  state smallint NOT NULL,
  -- How many workers began it.
  begun smallint NOT NULL DEFAULT 0,
  failed boolean NOT NULL DEFAULT false,
  worker uuid,
  body bytea,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (run, sample)
);
-- Compressed already.
ALTER TABLE fovea.result ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE INDEX IF NOT EXISTS result_found ON fovea.result (run, sample) WHERE state = ${FOUND};
CREATE TABLE IF NOT EXISTS fovea.worker (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  device text,
  run uuid,
  done bigint NOT NULL DEFAULT 0,
  failed bigint NOT NULL DEFAULT 0,
  -- Samples a second over the last minute.
  rate double precision,
  note text,
  started_at timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz NOT NULL DEFAULT now()
);
COMMIT;`;
