/**
 * The causal check: how likely the prediction's answer is with a region hidden, beside how likely it is with boxes of the
 * same size elsewhere hidden, and what the model answers then. Each variant is a call of its own, so that a labelling job
 * gets its turn between them and a died engine costs one variant. Controls are scored only: nothing is generated for them.
 */
import type { CausalCheck, CausalVariant, VariantName } from '../../src-shared/contract/inspect.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { causalEffect } from '../../src-shared/kernels/measures/causal-effect.ts';
import { checkBox, controlBoxes } from '../../src-shared/kernels/measures/control-box.ts';
import type { SourceXyxy } from '../../src-shared/kernels/types.ts';
import type { Engine, PictureEdit, ReanswerOutcome } from '../engine/protocol.ts';
import { imageFacts } from '../store/pictures/image.ts';
import type { Project } from '../store/file/project.ts';
import { askAgain } from '../jobs/asking/again.ts';
import { revived } from '../jobs/asking/revived.ts';

/** So many boxes elsewhere, where the picture has room. */
const CONTROLS = 8;

export interface CausalWish {
  readonly predictionId: number;
  /** The region, whole source pixels inside the picture. */
  readonly box: SourceXyxy;
  /** Which control boxes: the same seed gives the same ones. */
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
  const boxes = controlsOf([width, height], box, seed);
  const plan = variantsOf(box, boxes[0] ?? null);
  const { preset, question, answerTokens } = source;
  const total = plan.length + boxes.length;
  let done = 0;
  const ask = async (edit: PictureEdit | null, generate: boolean): Promise<ReanswerOutcome> => {
    const request = { model, preset, imagePath, question, edit, score: answerTokens, generate };
    const outcome = await revived(() => engine.reanswer(request, signal));
    onVariant(++done, total);
    return outcome;
  };
  onVariant(0, total);
  const variants: CausalVariant[] = [];
  let last: ReanswerOutcome | null = null;
  for (const { name, edit } of plan) {
    last = await ask(edit, true);
    variants.push({ name, answer: last.answer, logProb: sumOf(last), ms: msOf(last) });
  }
  const controls: CausalCheck['controls'] = [];
  for (const control of boxes) {
    const outcome = await ask({ kind: 'hide', box: control }, false);
    controls.push({ box: [...control], logProb: sumOf(outcome), ms: msOf(outcome) });
  }
  const { fill, device } = last as ReanswerOutcome;
  return {
    predictionId,
    box: [...box],
    seed,
    controls,
    scored: {
      answer: source.answer,
      tokens: answerTokens.length,
      given: source.answerMode === 'teacher',
    },
    fill: { colour: [...fill.colour], source: fill.source },
    variants,
    effect: effectOf(variants, controls, answerTokens.length),
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
    ...(control ? [{ name: 'controlOnly', edit: { kind: 'keep', box: control } } as const] : []),
  ];
}

/** Null where the answer has no tokens. */
function effectOf(
  variants: readonly CausalVariant[],
  controls: CausalCheck['controls'],
  tokens: number,
): CausalCheck['effect'] {
  const of = (name: VariantName) => variants.find((variant) => variant.name === name)?.logProb ?? null;
  const [whole, hidden] = [of('whole'), of('hidden')];
  const others = controls.flatMap(({ logProb }) => (logProb === null ? [] : [logProb]));
  if (whole === null || hidden === null) return null;
  const effect = causalEffect({ whole, hidden, controls: others, tokens });
  return { ...effect, controlDrops: [...effect.controlDrops] };
}

function sumOf({ logProbs }: ReanswerOutcome): number | null {
  return logProbs.length > 0 ? logProbs.reduce((a, b) => a + b, 0) : null;
}

function msOf({ timings }: ReanswerOutcome): number {
  return timings['total'] ?? 0;
}

function controlsOf(
  size: readonly [width: number, height: number],
  box: SourceXyxy,
  seed: number,
): SourceXyxy[] {
  try {
    checkBox(size, box);
  } catch (error) {
    throw new FoveaError('bad_input', (error as Error).message, { next: 'Choose another region' });
  }
  return controlBoxes(size, box, seed, CONTROLS);
}
