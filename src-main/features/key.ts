/** Which rows a file holds: everything they depend on, as a name. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';

export interface FeatureKey {
  /** Hash over base model and adapter by content, without an RPN laid over them (`[0-9a-f]{64}`). */
  readonly model: string;
  /** K: hidden_states[K]. */
  readonly layer: number;
  /** {@link viewHash} of everything else. */
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

/** The folder of one model's features of one layer, inside that of all features. */
export function modelFolder({ model, layer }: Pick<FeatureKey, 'model' | 'layer'>): string {
  return `${model}-${layer}`;
}

const MODEL_FOLDER = /^([0-9a-f]{64})-(\d{1,4})$/;

/** What {@link modelFolder} was made of; null for a folder of another name. */
export function modelOfFolder(name: string): Pick<FeatureKey, 'model' | 'layer'> | null {
  const found = MODEL_FOLDER.exec(name);
  return found && { model: found[1]!, layer: Number(found[2]) };
}

const ENDING = '.features';
const VIEW_FILE = /^[0-9a-f]{64}\.features$/;

/** Where the file of a key lies, inside the folder of all features. A folder holds one in 256 of a model's files. */
export function featurePath(key: FeatureKey): string {
  return join(modelFolder(key), key.view.slice(0, 2), `${key.view}${ENDING}`);
}

/** Whether a name is one that {@link featurePath} ends with. */
export function isFeatureFile(name: string): boolean {
  return VIEW_FILE.test(name);
}
