/** What features and encodings will take on disk: by those that are there already, else by the model's files. */
import { smartResize } from '../../checkpoint/image/qwen-processor.ts';
import type { PromptShape } from '../../checkpoint/prompt-shape.ts';
import { promptShapeOf } from '../../checkpoint/reader/prompts.ts';
import type { ModelRef } from '../../engine/protocol.ts';
import { featureFileBytes } from '../../features/codec.ts';
import { encodingFileBytes } from '../../features/encoding.ts';
import { rememberedBudget } from '../../features/budget.ts';
import { keptByModel } from '../../features/inventory.ts';
import type { Project } from '../../store/file/project.ts';
import { picturesPerSample, someShapes } from '../../store/samples/shapes.ts';
import { modelFingerprint } from '../asking/model-fingerprint.ts';
import { featuresFolder } from './project-features.ts';

/** So many samples stand for all. */
const LOOKED_AT = 300;

export interface FeatureEstimate {
  /** With the sample's share of its picture's encoding, which all questions on the picture have in common. */
  readonly bytesPerSample: number;
  /** By this model's features that are kept already; false: worked out from its files. */
  readonly measured: boolean;
  /** What is kept in the project now, of all models, and what it may take. */
  readonly keptBytes: number;
  readonly budgetBytes: number;
}

/**
 * Loads nothing. Errors as `modelFingerprint` and `promptShapeOf`; the latter where encodings are kept, or no features of the model are
 * there yet
 * @param encodings labelling keeps them, too: of the picture as it is, and where the teacher sees it on a square of so many visual
 *   tokens, of that; null: only features are kept
 */
export async function featureEstimate(
  project: Project,
  { dir, adapterDir }: Pick<ModelRef, 'dir' | 'adapterDir'>,
  encodings: { readonly squareTokens: number | null } | null,
): Promise<FeatureEstimate> {
  const folder = featuresFolder(project);
  const base = { dir, ...(adapterDir === undefined ? {} : { adapterDir }) };
  const [all, budgetBytes, model] = await Promise.all([
    keptByModel(folder),
    rememberedBudget(folder),
    modelFingerprint(base),
  ]);
  const keptBytes = all.reduce((sum, { bytes }) => sum + bytes, 0);
  const own = all.find((one) => one.model === model && one.layer !== null);
  const estimated = (bytes: number): FeatureEstimate => ({
    bytesPerSample: Math.round(bytes),
    measured: own !== undefined,
    keptBytes,
    budgetBytes,
  });
  if (own && !encodings) return estimated(own.bytes / own.count);
  const shapes = someShapes(project.db, LOOKED_AT);
  const questions = shapes.map(({ question }) => question);
  const shape = await promptShapeOf(base, questions.length > 0 ? questions : ['What is this?']);
  const tokens = shape.textTokens + pictureTokens(shape, shapes);
  const features = own ? own.bytes / own.count : featureFileBytes(tokens, shape.hiddenSize);
  const picture = encodings ? pictureBytes(shape, shapes, encodings.squareTokens) : 0;
  return estimated(features + picture * picturesPerSample(project.db));
}

/** Of all encodings of one picture. */
function pictureBytes(
  shape: PromptShape,
  sizes: readonly { readonly width: number; readonly height: number }[],
  squareTokens: number | null,
): number {
  const { hiddenSize } = shape;
  const native = encodingFileBytes({ tokens: pictureTokens(shape, sizes), hiddenSize });
  const squared = 'grid' in shape.picture ? null : squareTokens;
  return native + (squared === null ? 0 : encodingFileBytes({ tokens: squared, hiddenSize }));
}

/** Mean visual tokens of a picture as it is. */
function pictureTokens(
  { picture }: PromptShape,
  sizes: readonly { readonly width: number; readonly height: number }[],
): number {
  if ('grid' in picture) return picture.grid[0] * picture.grid[1];
  const { tokenSide, minPixels, maxPixels } = picture;
  const tokens = sizes.map(({ width, height }) => {
    // Pictures too thin for the model get no features either.
    if (Math.max(width, height) > 200 * Math.min(width, height)) return 0;
    const [h, w] = smartResize(height, width, tokenSide, minPixels, maxPixels);
    return (h * w) / tokenSide ** 2;
  });
  return tokens.reduce((sum, n) => sum + n, 0) / Math.max(1, tokens.length);
}
