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
