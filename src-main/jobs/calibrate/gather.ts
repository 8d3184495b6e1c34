/** Every head's maps of some samples whose answer's place is known. The model is asked; nothing is stored. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Preset } from '../../../src-shared/contract/preset.ts';
import type { HeadRanking } from '../../../src-shared/contract/procedures/analysis.ts';
import type { SampleFilter } from '../../../src-shared/contract/procedures.ts';
import type { HiddenStates } from '../../../src-shared/kernels/calibration/sink-dimensions.ts';
import type { CalibrationSample } from '../../../src-shared/kernels/calibration/sample.ts';
import { fromFloat16 } from '../../../src-shared/kernels/float16.ts';
import { shuffled } from '../../../src-shared/kernels/seeded.ts';
import type { Engine, LabelOutcome, ModelInfo, ModelRef } from '../../engine/protocol.ts';
import { decodeFeatures } from '../../features/codec.ts';
import type { Project } from '../../store/file/project.ts';
import { countSamples, listSampleIds } from '../../store/samples/query.ts';
import { getSample } from '../../store/samples/sample.ts';
import { revived } from '../asking/revived.ts';
import { knownOf, labelOn } from '../measuring/known.ts';
import { settlePicture } from '../pictures/settle.ts';

export interface GatherWish {
  readonly filter: SampleFilter;
  readonly against: HeadRanking['against'];
  /** Samples to gather, at most. */
  readonly boxes: number;
  /** Which samples: the same seed takes the same ones, and more of them take these and others. */
  readonly seed: number;
}

export interface Gathered {
  /** States of the visual tokens entering one layer, of the first samples. */
  readonly hidden: readonly HiddenStates[];
  readonly samples: readonly CalibrationSample[];
  /** Samples that were looked at and left out, by reason. */
  readonly leftOut: ReadonlyMap<string, number>;
  /** Why the last sample that is `unreadable` is; null: none is. */
  readonly trouble: FoveaError | null;
}

/** Attention rows of so many bytes are in the engine's memory at once; more layers than fit take another pass. */
const ROW_BYTES = 256 << 20;
/** Whose hidden states are looked at: what is huge is so in every picture. */
const HIDDEN = 8;
/** What is wrong with one sample says nothing about the others. */
const OF_ONE_SAMPLE: ReadonlySet<string> = new Set(['bad_image', 'image_too_large', 'bad_input', 'conflict']);

/** @throws FoveaError what the engine says of the model, `cancelled` */
export async function gather(
  project: Project,
  engine: Engine,
  asked: { readonly model: ModelRef; readonly info: ModelInfo; readonly preset: Preset },
  { filter, against, boxes, seed }: GatherWish,
  tell: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<Gathered> {
  const { db } = project;
  const ids = listSampleIds(db, filter, 0, countSamples(db, filter));
  const samples: CalibrationSample[] = [];
  const hidden: HiddenStates[] = [];
  const leftOut = new Map<string, number>();
  const leave = (why: string): void => void leftOut.set(why, (leftOut.get(why) ?? 0) + 1);
  const total = Math.min(boxes, ids.length);
  let trouble: FoveaError | null = null;
  tell(0, total);
  for (const place of shuffled(ids.length, seed)) {
    if (samples.length >= boxes) break;
    const id = ids[place] as number;
    const known = knownOf(project, id, against);
    if (!known) {
      leave('nothing_known');
      continue;
    }
    const { imageId, question } = getSample(db, id);
    const picture = await settlePicture(project, imageId, { fingerprint: false });
    if (picture.outcome === 'unshown') {
      trouble = picture.error;
      leave('unreadable');
      continue;
    }
    try {
      const wantsHidden = hidden.length < HIDDEN;
      const { placed, maps, states } = await everyHead(
        engine,
        asked,
        { imagePath: picture.path, question, wantsHidden },
        signal,
      );
      const labels = labelOn(known(placed), placed);
      if (typeof labels === 'string') leave(labels);
      else {
        samples.push({ grid: placed.grid, labels, maps, picture: imageId });
        if (states) hidden.push(states);
        tell(samples.length, total);
      }
    } catch (thrown) {
      const error = FoveaError.from(thrown);
      if (!OF_ONE_SAMPLE.has(error.code)) throw error;
      trouble = error;
      leave('unreadable');
    }
  }
  return { samples, hidden, leftOut, trouble };
}

interface EveryHead {
  readonly placed: Pick<LabelOutcome, 'grid' | 'transform'>;
  /** `[layers · heads, H*W]`. */
  readonly maps: Float32Array;
  readonly states: HiddenStates | null;
}

/** Some layers at a time. */
async function everyHead(
  engine: Engine,
  { model, info, preset }: { readonly model: ModelRef; readonly info: ModelInfo; readonly preset: Preset },
  asked: { readonly imagePath: string; readonly question: string; readonly wantsHidden: boolean },
  signal: AbortSignal,
): Promise<EveryHead> {
  const { imagePath, question, wantsHidden } = asked;
  const [rows, columns] = info.grid;
  const layerBytes = info.heads * preset.maxNewTokens * rows * columns * 4;
  const atOnce = Math.max(1, Math.floor(ROW_BYTES / layerBytes));
  let found: EveryHead | null = null;
  for (let first = 0; first < info.layers; first += atOnce) {
    const allHeadsOf = Array.from({ length: Math.min(atOnce, info.layers - first) }, (_, i) => first + i);
    const featuresOf = wantsHidden && first === 0 ? statesLayer(info) : undefined;
    const want = { questionMap: false, rpn: false, secondStage: false, allHeadsOf, featuresOf };
    const request = { model, preset, imagePath, question, answerMode: 'self', answer: null, want } as const;
    const outcome = await revived(() => engine.label(request, signal));
    if (outcome.headMaps.length === 0) throw new FoveaError('bad_input', 'the model gave no answer');
    const cells = outcome.grid[0] * outcome.grid[1];
    found ??= {
      placed: { grid: outcome.grid, transform: outcome.transform },
      maps: new Float32Array(info.layers * info.heads * cells),
      states: outcome.features === undefined ? null : visualStates(outcome.features),
    };
    for (const { layer, head, map } of outcome.headMaps) {
      const from = (layer * info.heads + head) * cells;
      for (let i = 0; i < cells; i++) found.maps[from + i] = fromFloat16(map[i]!);
    }
  }
  return found!;
}

/** The middle one; a model with an RPN gives what that reads. */
function statesLayer({ rpn, layers }: ModelInfo): number {
  return rpn?.k ?? Math.floor(layers / 2);
}

function visualStates(bytes: Uint8Array): HiddenStates {
  const { rows, hiddenSize, visual } = decodeFeatures(bytes);
  return { rows: rows.slice(visual[0] * hiddenSize, visual[1] * hiddenSize), size: hiddenSize };
}
