/** How long prompts of a checkpoint are and how wide their states, from its small files: what features will take on disk. */
import { z } from 'zod';
import { gridSchema } from '../../src-shared/contract/domain.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { ModelFolders } from './adapter/base.ts';
import type { AnyCheckpoint } from './open.ts';
import { openFolders } from './open.ts';
import { buildPrompt } from './prompt.ts';

export const promptShapeSchema = z.object({
  hiddenSize: z.number().int().min(1),
  /** Mean tokens of the questions' prompts beside the picture. */
  textTokens: z.number().min(0),
  picture: z.union([
    /** Of every picture, `[H, W]`. */
    z.object({ grid: gridSchema }),
    /** Sides are multiples of `tokenSide` pixels, and their product lies between the two. */
    z.object({ tokenSide: z.number(), minPixels: z.number(), maxPixels: z.number() }),
  ]),
});
export type PromptShape = z.output<typeof promptShapeSchema>;

/** @throws FoveaError as `openFolders` and `buildPrompt` */
export async function readPromptShape(
  folders: ModelFolders,
  questions: readonly string[],
): Promise<PromptShape> {
  const { config, tokenizer, preprocessor } = await openFolders(folders);
  const lengths = questions.map((question) => {
    const { before, after } = buildPrompt(tokenizer, config.imageTokenId, question);
    return before.length + after.length;
  });
  return {
    hiddenSize: config.text.hiddenSize,
    textTokens: lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length),
    picture:
      preprocessor.geometry === 'dynamic'
        ? {
            tokenSide: preprocessor.patchSize * preprocessor.mergeSize,
            minPixels: preprocessor.minPixels,
            maxPixels: preprocessor.maxPixels,
          }
        : { grid: fixedGrid(config) },
  };
}

function fixedGrid(config: AnyCheckpoint['config']): [number, number] {
  if (config.family !== 'llava') throw new FoveaError('internal', 'pictures have grids of their own');
  const side = Math.floor(config.vision.imageSize / config.vision.patchSize);
  return [side, side];
}
