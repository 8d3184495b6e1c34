/** Every head's map of some layers, for one stored prediction: the same model, picture, question and answer again. */
import type { HeadMapSet } from '../../src-shared/contract/procedures/analysis.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Preset } from '../../src-shared/contract/preset.ts';
import type { Engine, LabelOutcome } from '../engine/protocol.ts';
import { mapToBytes } from '../store/bytes.ts';
import { getPrediction } from '../store/predictions/prediction.ts';
import type { Project } from '../store/file/project.ts';
import { askAgain } from '../jobs/asking/again.ts';
import { revived } from '../jobs/asking/revived.ts';

/** Attention rows of so many bytes are in the engine's memory at once; more layers than fit take another pass. */
const ROW_BYTES = 256 << 20;

/** Layers whose heads are wanted: those the preset takes maps from, or all of the model. */
export type WantedLayers = 'recipe' | 'all';

/**
 * Throws as `askAgain`, what the engine says, `cancelled`, and `bad_input` where an empty answer left no rows.
 * @param tell layers done, of how many
 */
export async function headMaps(
  project: Project,
  engine: Engine,
  predictionId: number,
  wanted: WantedLayers,
  tell: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<HeadMapSet> {
  const { source, model, imagePath } = await askAgain(project, predictionId);
  const { grid, transform } = getPrediction(project.db, predictionId).prediction;
  const { preset, question, answerMode, answer, answerTokens } = source;
  const info = await revived(() => engine.modelInfo(model, signal));
  const layers = wanted === 'all' ? Array.from({ length: info.layers }, (_, i) => i) : layersOf(preset);
  const cells = grid[0] * grid[1];
  const rows = preset.rows === 'answer' ? Math.max(1, answerTokens.length) : 1;
  const atOnce = Math.max(1, Math.floor(ROW_BYTES / (info.heads * rows * cells * 4)));
  const bits = new Uint16Array(layers.length * info.heads * cells);
  for (let first = 0; first < layers.length; first += atOnce) {
    tell(first, layers.length);
    const allHeadsOf = layers.slice(first, first + atOnce);
    const outcome = await revived(() =>
      engine.label(
        {
          model,
          preset,
          imagePath,
          question,
          answerMode,
          answer: answerMode === 'teacher' ? answer : null,
          want: { questionMap: false, rpn: false, secondStage: false, allHeadsOf },
        },
        signal,
      ),
    );
    place(outcome, { layers, heads: info.heads, cells, bits });
  }
  tell(layers.length, layers.length);
  return { predictionId, grid, transform, layers, heads: info.heads, data: mapToBytes(bits) };
}

interface Target {
  readonly layers: readonly number[];
  readonly heads: number;
  readonly cells: number;
  readonly bits: Uint16Array;
}

function place({ headMaps: maps }: LabelOutcome, { layers, heads, cells, bits }: Target): void {
  if (maps.length === 0) {
    throw new FoveaError('bad_input', 'the model gave no answer, so its heads have no map', {
      next: 'Choose a sample with an answer',
    });
  }
  for (const { layer, head, map } of maps) {
    if (map.length !== cells) {
      throw new FoveaError('conflict', 'the picture has another grid than when it was labelled', {
        next: 'The picture changed: label the sample again',
      });
    }
    bits.set(map, (layers.indexOf(layer) * heads + head) * cells);
  }
}

/** Ascending. */
function layersOf({ grounding, sink }: Preset): number[] {
  const layers = new Set([...grounding, ...(sink ?? [])].map(({ layer }) => layer));
  return [...layers].sort((a, b) => a - b);
}
