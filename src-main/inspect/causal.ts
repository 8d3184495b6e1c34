/**
 * The causal check: the question is asked again with a region hidden, with nothing but the region, and with a box of
 * equal size elsewhere treated alike. Each variant is a call of its own, so that a labelling job gets its turn between
 * them and a died engine costs one variant.
 */
import type { CausalCheck, CausalVariant, VariantName } from '../../src-shared/contract/inspect.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { checkBox, controlBox } from '../../src-shared/kernels/control-box.ts';
import type { SourceXyxy } from '../../src-shared/kernels/types.ts';
import type { Engine, PictureEdit, ReanswerOutcome } from '../engine/protocol.ts';
import { imageFacts } from '../store/image.ts';
import type { Project } from '../store/project.ts';
import { askAgain } from '../jobs/again.ts';
import { revived } from '../jobs/revived.ts';

export interface CausalWish {
  readonly predictionId: number;
  /** The region, whole source pixels inside the picture. */
  readonly box: SourceXyxy;
  /** Which control box: the same seed gives the same one. */
  readonly seed: number;
}

/**
 * Throws as `askAgain` does, `bad_input` for a box outside of the picture, what the engine says, and `cancelled`.
 * @param onVariant hears after each variant how many are done
 */
export async function causalCheck(
  project: Project,
  engine: Engine,
  { predictionId, box, seed }: CausalWish,
  onVariant: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<CausalCheck> {
  const { source, model, imagePath } = await askAgain(project, predictionId);
  const { width, height } = imageFacts(project.db, source.imageId);
  const control = controlOf([width, height], box, seed);
  const plan = variantsOf(box, control);
  const { preset, question, answerTokens } = source;
  const variants: CausalVariant[] = [];
  let last: ReanswerOutcome | null = null;
  onVariant(0, plan.length);
  for (const { name, edit } of plan) {
    const request = { model, preset, imagePath, question, edit, score: answerTokens };
    const outcome = await revived(() => engine.reanswer(request, signal));
    variants.push({
      name,
      answer: outcome.answer,
      logProb: outcome.logProbs.length > 0 ? outcome.logProbs.reduce((a, b) => a + b, 0) : null,
      ms: outcome.timings['total'] ?? 0,
    });
    last = outcome;
    onVariant(variants.length, plan.length);
  }
  const { fill, device } = last as ReanswerOutcome;
  return {
    predictionId,
    box: [...box],
    control: control && [...control],
    scored: {
      answer: source.answer,
      tokens: answerTokens.length,
      given: source.answerMode === 'teacher',
    },
    fill: { colour: [...fill.colour], source: fill.source },
    variants,
    device,
  };
}

function variantsOf(
  box: SourceXyxy,
  control: SourceXyxy | null,
): { name: VariantName; edit: PictureEdit | null }[] {
  return [
    { name: 'whole', edit: null },
    { name: 'hidden', edit: { kind: 'hide', box } },
    { name: 'only', edit: { kind: 'keep', box } },
    ...(control
      ? ([
          { name: 'controlHidden', edit: { kind: 'hide', box: control } },
          { name: 'controlOnly', edit: { kind: 'keep', box: control } },
        ] as const)
      : []),
  ];
}

function controlOf(
  size: readonly [width: number, height: number],
  box: SourceXyxy,
  seed: number,
): SourceXyxy | null {
  try {
    checkBox(size, box);
  } catch (error) {
    throw new FoveaError('bad_input', (error as Error).message, { next: 'Choose another region' });
  }
  return controlBox(size, box, shareOf(seed));
}

/** A seed to [0, 1): neighbouring seeds land far apart (the fractional part of multiples of the golden ratio). */
function shareOf(seed: number): number {
  return ((seed + 0.5) * 0.6180339887498949) % 1;
}
