/**
 * That a round was dealt, and that it ended, each as a row that stays: what the journal of decisions is written by. Rounds from before are
 * noted now, so that a journal that lacks them is added to.
 */
import type { Migration } from '../types.ts';

const NOW = `strftime('%Y-%m-%dT%H:%M:%fZ', 'now')`;

export const migration: Migration = {
  version: 22,
  slug: 'deal-events',
  sql: `
CREATE TABLE deal_event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  deal_id INTEGER NOT NULL REFERENCES deal(id),
  ended INTEGER NOT NULL CHECK (ended IN (0, 1)),
  noted_at TEXT NOT NULL
) STRICT;
CREATE INDEX deal_event_deal ON deal_event (deal_id);
INSERT INTO deal_event (deal_id, ended, noted_at) SELECT id, 0, ${NOW} FROM deal ORDER BY id;
INSERT INTO deal_event (deal_id, ended, noted_at)
SELECT id, 1, ${NOW} FROM deal WHERE ended_at IS NOT NULL ORDER BY ended_at, id;
CREATE TRIGGER deal_is_noted AFTER INSERT ON deal
BEGIN INSERT INTO deal_event (deal_id, ended, noted_at) VALUES (NEW.id, 0, ${NOW}); END;
CREATE TRIGGER deal_end_is_noted AFTER UPDATE OF ended_at ON deal
WHEN NEW.ended_at IS NOT NULL AND OLD.ended_at IS NULL
BEGIN INSERT INTO deal_event (deal_id, ended, noted_at) VALUES (NEW.id, 1, ${NOW}); END;
`,
};
