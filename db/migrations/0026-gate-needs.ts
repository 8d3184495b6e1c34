/**
 * How much each sample of an evaluation needs a crop, by what a method shows of it (kernels/gate): of the picture alone how unsure its
 * answer is, of the RPN its largest probability and, where a checkpoint has one, the trained gate's. Null in what was measured before.
 */
import type { Migration } from '../types.ts';

const COLUMNS = ['sure', 'weakest', 'peak', 'trained'] as const;

export const migration: Migration = {
  version: 26,
  slug: 'gate-needs',
  sql: COLUMNS.map(
    (name) => `ALTER TABLE evaluation_result ADD COLUMN ${name} REAL CHECK (${name} BETWEEN 0 AND 1);`,
  ).join('\n'),
};
