/** Which batch made a decision or took it back, told apart from what a person wrote; batches can also reject. */
import type { Migration } from '../types.ts';

export const migration: Migration = {
  version: 5,
  slug: 'batch-decisions',
  sql: `
ALTER TABLE review ADD COLUMN batch_id INTEGER REFERENCES batch(id);
CREATE INDEX review_batch ON review (batch_id, sample_id) WHERE batch_id IS NOT NULL;
ALTER TABLE batch ADD COLUMN decision TEXT NOT NULL DEFAULT 'accept' CHECK (decision IN ('accept', 'reject'));
`,
};
