/** Which rows a file holds, or which picture's encoding: everything they depend on, as a name. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Grid } from '../../src-shared/kernels/types.ts';

/** What lies in one folder. */
export interface KeptOf {
  /** Hash over base model and adapter by content, without an RPN laid over them (`[0-9a-f]{64}`). */
  readonly model: string;
  /** K: hidden_states[K]; null: encodings of pictures. */
  readonly layer: number | null;
}

/** Of any kept file. */
export interface KeptKey extends KeptOf {
  /** `[0-9a-f]{64}` */
  readonly view: string;
}

export interface FeatureKey extends KeptKey {
  readonly layer: number;
  /** {@link viewHash} of everything else. */
  readonly view: string;
}

export interface EncodingKey extends KeptKey {
  readonly layer: null;
  /** {@link encodingHash} of everything else. */
  readonly view: string;
}

/** What decides the rows besides the model. */
export interface FeatureView {
  /** The picture as it is (`own`), or as a preset's teacher sees it, by its visual tokens. */
  readonly picture: 'own' | { readonly squareTokens: number };
  /** How its file becomes pixels; by the preset's rules. */
  readonly rules: { readonly exif: string; readonly alpha: string };
  /** The prompt that questions are put into, by content. */
  readonly prompt: string;
  readonly question: string;
  /** The picture's file by content. */
  readonly sha256: string;
  readonly precision: string;
}

/** `[0-9a-f]{64}` of a view: other words, another picture or another prompt give another one. */
export function viewHash(view: FeatureView): string {
  const { picture, rules, prompt, question, sha256, precision } = view;
  const seen = picture === 'own' ? 'own' : `square ${picture.squareTokens}`;
  const parts = [seen, rules.exif, rules.alpha, prompt, sha256, precision, question];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/**
 * `[0-9a-f]{64}` of what goes into a vision tower and how it computes. By the numbers that go in, so neither the picture's file nor
 * how it was read, turned, cut and scaled needs to be known: the same numbers have the same encoding.
 * @param encoder which changes with anything but weights and `pixels` that could change a digit
 */
export function encodingHash(encoder: string, grid: Grid, pixels: Float32Array): string {
  const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  return createHash('sha256')
    .update(JSON.stringify([encoder, grid]))
    .update(bytes)
    .digest('hex');
}

/** The folder of one model's features of one layer, or of its pictures' encodings, inside that of all features. */
export function modelFolder({ model, layer }: KeptOf): string {
  return `${model}-${layer ?? PICTURES}`;
}

const PICTURES = 'pictures';
const MODEL_FOLDER = /^([0-9a-f]{64})-(\d{1,4}|pictures)$/;

/** What {@link modelFolder} was made of; null for a folder of another name. */
export function modelOfFolder(name: string): KeptOf | null {
  const found = MODEL_FOLDER.exec(name);
  return found && { model: found[1]!, layer: found[2] === PICTURES ? null : Number(found[2]) };
}

const KEPT_FILE = /^[0-9a-f]{64}\.(features|encoding)$/;

/** Where the file of a key lies, inside the folder of all features. A folder holds one in 256 of a model's files. */
export function keptPath(key: KeptKey): string {
  const ending = key.layer === null ? 'encoding' : 'features';
  return join(modelFolder(key), key.view.slice(0, 2), `${key.view}.${ending}`);
}

/** Whether a name is one that {@link keptPath} ends with. */
export function isKeptFile(name: string): boolean {
  return KEPT_FILE.test(name);
}
