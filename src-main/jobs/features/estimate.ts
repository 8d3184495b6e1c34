/** What features of a project's samples will take on disk: by those that are there already, else by the model's files. */
import { smartResize } from '../../checkpoint/image/qwen-processor.ts';
import type { PromptShape } from '../../checkpoint/prompt-shape.ts';
import { promptShapeOf } from '../../checkpoint/reader/prompts.ts';
import type { ModelRef } from '../../engine/protocol.ts';
import { featureFileBytes } from '../../features/codec.ts';
import { rememberedBudget } from '../../features/budget.ts';
import { keptByModel } from '../../features/inventory.ts';
import type { Project } from '../../store/file/project.ts';
import { someShapes } from '../../store/samples/shapes.ts';
import { modelFingerprint } from '../asking/model-fingerprint.ts';
import { featuresFolder } from './project-features.ts';

/** So many samples stand for all. */
const LOOKED_AT = 300;

export interface FeatureEstimate {
  readonly bytesPerSample: number;
  /** Of this model's features that are kept already; false: worked out from its files. */
  readonly measured: boolean;
  /** What is kept in the project now, of all models, and what it may take. */
  readonly keptBytes: number;
  readonly budgetBytes: number;
}

/** Loads nothing. Errors as `modelFingerprint` and `promptShapeOf`, where no features of the model are there yet */
export async function featureEstimate(
  project: Project,
  { dir, adapterDir }: Pick<ModelRef, 'dir' | 'adapterDir'>,
): Promise<FeatureEstimate> {
  const folder = featuresFolder(project);
  const base = { dir, ...(adapterDir === undefined ? {} : { adapterDir }) };
  const [all, budgetBytes, model] = await Promise.all([
    keptByModel(folder),
    rememberedBudget(folder),
    modelFingerprint(base),
  ]);
  const keptBytes = all.reduce((sum, { bytes }) => sum + bytes, 0);
  const own = all.find((one) => one.model === model);
  if (own) {
    return { bytesPerSample: Math.round(own.bytes / own.count), measured: true, keptBytes, budgetBytes };
  }
  const shapes = someShapes(project.db, LOOKED_AT);
  const questions = shapes.map(({ question }) => question);
  const shape = await promptShapeOf(base, questions.length > 0 ? questions : ['What is this?']);
  return {
    bytesPerSample: Math.round(featureFileBytes(promptTokens(shape, shapes), shape.hiddenSize)),
    measured: false,
    keptBytes,
    budgetBytes,
  };
}

/** Mean length of a prompt, the picture's tokens in it. */
function promptTokens(
  { textTokens, picture }: PromptShape,
  sizes: readonly { readonly width: number; readonly height: number }[],
): number {
  if ('grid' in picture) return textTokens + picture.grid[0] * picture.grid[1];
  const { tokenSide, minPixels, maxPixels } = picture;
  const tokens = sizes.map(({ width, height }) => {
    // Pictures too thin for the model get no features either.
    if (Math.max(width, height) > 200 * Math.min(width, height)) return 0;
    const [h, w] = smartResize(height, width, tokenSide, minPixels, maxPixels);
    return (h * w) / tokenSide ** 2;
  });
  return textTokens + tokens.reduce((sum, n) => sum + n, 0) / Math.max(1, tokens.length);
}
