/** The runs of one model as it was put together: base, adapter and RPN. */
import { z } from 'zod';
import { type ReadableDb, read } from '../db.ts';

export interface ModelRun {
  readonly id: number;
  /** Samples it has a prediction of. */
  readonly predictions: number;
}

/** Runs of the model with this fingerprint (`modelFingerprint` of all its folders), the newest first. */
export function runsOfModel(db: ReadableDb, fingerprint: string): ModelRun[] {
  return read<ModelRun>(
    db,
    `SELECT r.id, (SELECT COUNT(*) FROM prediction p WHERE p.run_id = r.id) AS predictions
     FROM model m JOIN run r ON r.model_id = m.id WHERE m.fingerprint = ? ORDER BY r.id DESC`,
  ).all(fingerprint);
}

const overlaysSchema = z.object({ adapterDir: z.string().optional() });

/** The model folders that runs were made with, an adapter's with it, each once. */
export function modelsOfRuns(db: ReadableDb): { readonly dir: string; readonly adapterDir?: string }[] {
  const rows = read<{ dir: string; settings: string }>(
    db,
    'SELECT DISTINCT m.dir, r.settings FROM run r JOIN model m ON m.id = r.model_id WHERE r.removed_at IS NULL ORDER BY r.id',
  ).all();
  const found = rows.map(({ dir, settings }) => ({ dir, ...overlaysSchema.parse(JSON.parse(settings)) }));
  return [...new Map(found.map((folders) => [JSON.stringify(folders), folders])).values()];
}
