/** Models a project has been labelled with. One is known by its content, so moving its folder keeps its runs. */
import { type WritableDb, write } from '../db.ts';

export interface NewModel {
  /** Hash over the checkpoint's files; the same weights give the same one wherever they lie. */
  readonly fingerprint: string;
  readonly dir: string;
  readonly name: string;
  readonly family: string;
}

/** Id of the model, registered when new; its folder and name are brought up to date. */
export function ensureModel(db: WritableDb, model: NewModel): number {
  return write<{ id: number }>(
    db,
    `INSERT INTO model (fingerprint, dir, name, family, created_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (fingerprint) DO UPDATE SET dir = excluded.dir, name = excluded.name
     RETURNING id`,
  ).get(model.fingerprint, model.dir, model.name, model.family, new Date().toISOString())!.id;
}

/**
 * Makes a model known by its present fingerprint that was known by a former one, which told RPNs apart by samples of them: where
 * all its runs name this RPN's folder. Does nothing where there is none, or where it is known already.
 */
export function takeUpModel(
  db: WritableDb,
  model: {
    readonly fingerprint: string;
    /** Null: it was never another one. */
    readonly former: string | null;
    readonly rpnDir: string | undefined;
  },
): void {
  if (model.former === null || model.rpnDir === undefined) return;
  write(
    db,
    `UPDATE model SET fingerprint = ? WHERE fingerprint = ? AND NOT EXISTS (SELECT 1 FROM model WHERE fingerprint = ?)
       AND NOT EXISTS (SELECT 1 FROM run WHERE model_id = model.id AND json_extract(settings, '$.rpnDir') IS NOT ?)`,
  ).run(model.fingerprint, model.former, model.fingerprint, model.rpnDir);
}
