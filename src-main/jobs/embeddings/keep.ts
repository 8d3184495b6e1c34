/** Keeping what stands for a picture, by the content that was encoded and the way it was. */
import { AUTHORS_PICTURE_RULES, type Preset } from '../../../src-shared/contract/preset.ts';
import { nameOf } from '../../checkpoint/checkpoint.ts';
import type { ModelRef, PictureEmbedding } from '../../engine/protocol.ts';
import type { ReadableDb, WritableDb } from '../../store/db.ts';
import { hasEmbedding, putEmbedding } from '../../store/embeddings/embedding.ts';
import { encoderId, type EncoderKey, ensureEncoder } from '../../store/embeddings/encoder.ts';
import { registeredPicture } from '../../store/pictures/version.ts';
import { modelFingerprint } from '../asking/model-fingerprint.ts';

/** How a model and a preset encode pictures; which view they have of them is known once one is encoded. */
export interface PictureEncoder {
  readonly key: Omit<EncoderKey, 'squareTokens'>;
  /** Views that are possible. */
  readonly views: readonly (number | null)[];
  /** What people call the model. */
  readonly name: string;
}

/** Reads the small files of the model's folder. Errors as `modelFingerprint` */
export async function pictureEncoder(
  { dir, adapterDir, precision = 'as-stored' }: ModelRef,
  { picture = AUTHORS_PICTURE_RULES, teacher }: Preset,
): Promise<PictureEncoder> {
  const base = { dir, ...(adapterDir === undefined ? {} : { adapterDir }) };
  const model = await modelFingerprint(base);
  const name = adapterDir === undefined ? nameOf(dir) : `${nameOf(dir)} with ${nameOf(adapterDir)}`;
  const square = teacher?.squareTokens ?? null;
  return {
    key: { model, precision, rules: picture },
    views: square === null ? [null] : [square, null],
    name,
  };
}

/** The encoder's number where something was encoded that way: a model has one view of pictures under a preset. */
export function knownEncoder(db: ReadableDb, { key, views }: PictureEncoder): number | null {
  for (const squareTokens of views) {
    const id = encoderId(db, { ...key, squareTokens });
    if (id !== null) return id;
  }
  return null;
}

/** The picture was settled with its fingerprint before it was encoded, and is the same after. */
export function keepEmbedding(
  db: WritableDb,
  encoder: PictureEncoder,
  imageId: number,
  embedding: PictureEmbedding | null | undefined,
): void {
  const content = registeredPicture(db, imageId).sha256;
  if (!embedding || !content) return;
  const { squareTokens } = embedding;
  const id = ensureEncoder(db, { ...encoder.key, squareTokens }, encoder.name);
  putEmbedding(db, id, content, embedding);
}

/** Whether the picture as it was last seen has one. */
export function isEmbedded(db: ReadableDb, encoder: PictureEncoder, imageId: number): boolean {
  const id = knownEncoder(db, encoder);
  const content = registeredPicture(db, imageId).sha256;
  return id !== null && content !== null && hasEmbedding(db, id, content);
}
