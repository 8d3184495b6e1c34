/** Ways in which pictures were encoded. Embeddings are compared within one of them only. */
import { createHash } from 'node:crypto';
import type { Precision } from '../../../src-shared/contract/models.ts';
import { EMBEDDING_VERSION } from '../../../src-shared/kernels/embeddings/embed.ts';
import { type ReadableDb, type WritableDb, read, write } from '../db.ts';

/** Everything that an embedding depends on besides the picture's file. */
export interface EncoderKey {
  /** Hash over base model and adapter by content; an RPN laid over them makes no difference. */
  readonly model: string;
  readonly precision: Precision;
  /** The picture on a square of so many visual tokens, as a preset's teacher sees it; null: as it is. */
  readonly squareTokens: number | null;
  /** How its file becomes pixels; by the preset's rules. */
  readonly rules: { readonly exif: string; readonly alpha: string };
}

export interface Encoder {
  readonly id: number;
  /** What people call its model. */
  readonly model: string;
}

/** `[0-9a-f]{64}` of a way to encode pictures. */
export function encoderFingerprint({ model, precision, squareTokens, rules }: EncoderKey): string {
  const parts = [EMBEDDING_VERSION, model, precision, squareTokens, rules.exif, rules.alpha];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** @param name what people call its model. @returns its number */
export function ensureEncoder(db: WritableDb, key: EncoderKey, name: string): number {
  const fingerprint = encoderFingerprint(key);
  const known = encoderId(db, key);
  if (known !== null) return known;
  return write(db, 'INSERT INTO maps.encoder (fingerprint, model) VALUES (?, ?)').run(fingerprint, name)
    .lastId;
}

/** Null: nothing was encoded that way. */
export function encoderId(db: ReadableDb, key: EncoderKey): number | null {
  const row = read<{ id: number }>(db, 'SELECT id FROM maps.encoder WHERE fingerprint = ?').get(
    encoderFingerprint(key),
  );
  return row?.id ?? null;
}

/**
 * The encoder whose embeddings most of the project's pictures have, of several the newest; null: none has one. Looks up every
 * picture: for threads.
 */
export function shownEncoder(db: ReadableDb): Encoder | null {
  let shown: (Encoder & { readonly pictures: number }) | null = null;
  for (const encoder of read<Encoder>(db, 'SELECT id, model FROM maps.encoder ORDER BY id DESC').all()) {
    const { pictures } = read<{ pictures: number }>(
      db,
      `SELECT COUNT(*) AS pictures FROM image i
       JOIN maps.embedding e ON e.encoder_id = ? AND e.content = i.sha256`,
    ).get(encoder.id)!;
    if (pictures > (shown?.pictures ?? 0)) shown = { ...encoder, pictures };
  }
  return shown && { id: shown.id, model: shown.model };
}
