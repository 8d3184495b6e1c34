/**
 * Why a sample was rejected: words on the revision itself, so that a decision is read without anything else, and a short list
 * of the project's own that they are chosen from by a digit. Renaming an entry of the list changes no decision.
 */
import type { Migration } from '../types.ts';

export const migration: Migration = {
  version: 15,
  slug: 'reject-reasons',
  sql: `
ALTER TABLE review ADD COLUMN reason TEXT CHECK (reason IS NULL OR decision = 'reject');
ALTER TABLE sample_state ADD COLUMN reason TEXT;
CREATE INDEX sample_state_reason ON sample_state (reason) WHERE reason IS NOT NULL;
CREATE TABLE reject_reason (
  place INTEGER PRIMARY KEY CHECK (place BETWEEN 1 AND 9),
  words TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO reject_reason (place, words) VALUES
  (1, 'Wrong region'),
  (2, 'Sink or artefact'),
  (3, 'Question cannot be answered'),
  (4, 'Picture is bad'),
  (5, 'Answer is wrong');
`,
};
