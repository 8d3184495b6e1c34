/** Presets as they were used: stored by content, so that editing a preset file never rewrites what a run was. */
import { createHash } from 'node:crypto';
import type { Preset } from '../../../src-shared/contract/preset.ts';
import { type WritableDb, write } from '../db.ts';
import { canonicalJson } from '../json.ts';

/** Id of this very preset, registered when new. */
export function ensurePreset(db: WritableDb, preset: Preset): number {
  const body = canonicalJson(preset);
  const sha256 = createHash('sha256').update(body).digest('hex');
  return write<{ id: number }>(
    db,
    `INSERT INTO preset (slug, sha256, body) VALUES (?, ?, ?)
     ON CONFLICT (sha256) DO UPDATE SET slug = excluded.slug RETURNING id`,
  ).get(preset.id, sha256, body)!.id;
}
