/**
 * What benchmarks know of a question beyond one answer: all answers, and the options of a choice. Which row of its file a sample
 * came from, for what refers to rows by number; and the answers of outside models that do so, apart from truth and from
 * predictions. `first_row` is null where ids and rows do not go up together.
 */
import type { Migration } from '../types.ts';

export const migration: Migration = {
  version: 19,
  slug: 'benchmarks',
  sql: `
CREATE TABLE sample_benchmark (
  sample_id INTEGER PRIMARY KEY REFERENCES sample(id),
  benchmark TEXT NOT NULL,
  answers TEXT NOT NULL,
  options TEXT NOT NULL
) STRICT;
ALTER TABLE import_range ADD COLUMN first_row INTEGER;
CREATE TABLE outside_log (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  file TEXT NOT NULL,
  run INTEGER NOT NULL,
  model TEXT NOT NULL,
  task TEXT NOT NULL,
  imported_at TEXT NOT NULL,
  UNIQUE (file, run)
) STRICT;
CREATE TABLE outside_answer (
  log_id INTEGER NOT NULL REFERENCES outside_log(id),
  sample_id INTEGER NOT NULL REFERENCES sample(id),
  answer TEXT NOT NULL,
  raw TEXT,
  measures TEXT NOT NULL,
  PRIMARY KEY (log_id, sample_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX outside_answer_sample ON outside_answer (sample_id);
`,
};
