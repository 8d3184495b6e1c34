/**
 * A label taken over from a map or from another run (SPEC: E10). Maps go through the preset's own rules, so that a copy
 * is what the method would have made of them; what the rules drop is refused with the reason.
 */
import type { PlacedMapBytes, PredictionMaps } from '../../src-shared/contract/domain.ts';
import type { Preset } from '../../src-shared/contract/preset.ts';
import { labelByRule } from '../../src-shared/kernels/labels/rule.ts';
import {
  turnedPair,
  turnStored,
  turnUpright,
  uprightTransform,
} from '../../src-shared/kernels/labels/orientation.ts';
import { roiLlava } from '../../src-shared/kernels/roi/llava.ts';
import { roiQwen } from '../../src-shared/kernels/roi/qwen.ts';
import { roiRulesOf } from '../../src-shared/kernels/roi/rules.ts';
import { sigmoid } from '../../src-shared/kernels/sigmoid.ts';
import { BG, FG, IGNORE, type Labels } from '../../src-shared/kernels/types.ts';
import { fromGrid } from './cursor.ts';
import type { Place } from '../canvas/hover.ts';
import { decodeMap } from '../canvas/map-values.ts';
import { cellAt, toGrid } from '../canvas/viewport.ts';
import { droppedWords } from '../ui/words.ts';

/** The maps a label can be cut from. */
export const COPY_MAPS = [
  { map: 'raw', words: 'Raw attention by the preset’s rules' },
  { map: 'denoised', words: 'Denoised attention by the preset’s rules' },
  { map: 'rpn', words: 'RPN over the RoI threshold' },
] as const;
export type CopyMap = (typeof COPY_MAPS)[number]['map'];

/** A label on the grid it was made on, or why there is none. */
export type Copied = { readonly label: Labels; readonly place: Place } | { readonly refused: string };

/** The label that a map of a prediction gives. `size` is the picture's [width, height] in source pixels. */
export function labelFromMap(
  map: CopyMap,
  maps: PredictionMaps,
  preset: Preset,
  size: readonly [width: number, height: number],
): Copied {
  if (map === 'rpn') return maps.rpn ? fromRpn(maps.rpn, preset) : { refused: 'This run has no RPN map' };
  const { grounding, sink } = maps;
  if (!grounding) return { refused: 'This run stored no attention map' };
  const { turned = 1 } = grounding.transform;
  const seen = ({ grid, data }: PlacedMapBytes) => turnUpright(decodeMap(data), grid, turned);
  const { labels, dropped } = labelByRule(
    {
      grid: turnedPair(grounding.grid, turned),
      grounding: seen(grounding),
      // Raw attention has its sinks in it.
      sink: map === 'denoised' && sink ? seen(sink) : null,
      paddedFrom: isSquared(grounding, size) ? turnedPair(size, turned) : null,
    },
    preset.labels,
  );
  if (dropped) return { refused: droppedWords(dropped) };
  return { label: turnStored(labels, grounding.grid, turned), place: grounding };
}

/** A label read at the token centres of another grid; where the first grid says nothing: ignore. */
export function onPlace(label: Labels, from: Place, to: Place): Labels {
  const [rows, cols] = to.grid;
  const out = new Int8Array(rows * cols).fill(IGNORE);
  for (let cell = 0; cell < out.length; cell++) {
    const centre = { x: (cell % cols) + 0.5, y: Math.floor(cell / cols) + 0.5 };
    const under = cellAt(toGrid(fromGrid(centre, to.transform), from.transform), from.grid);
    if (under !== null) out[cell] = label[under]!;
  }
  return out;
}

function fromRpn(rpn: PlacedMapBytes, { roi }: Preset): Copied {
  const { turned = 1 } = rpn.transform;
  const grid = turnedPair(rpn.grid, turned);
  const logits = turnUpright(decodeMap(rpn.data), rpn.grid, turned);
  const { mask } =
    roi.variant === 'qwen'
      ? roiQwen(sigmoid(logits), grid, roi.threshold, roiRulesOf(roi))
      : roiLlava(roi.threshold < 0 ? logits : sigmoid(logits), grid, roi.threshold);
  const label = turnStored(
    Int8Array.from(mask, (on) => (on ? FG : BG)),
    rpn.grid,
    turned,
  );
  if (label.includes(FG)) return { label, place: rpn };
  return { refused: `The RPN sees no region: no probability over ${Math.abs(roi.threshold)}` };
}

/** Whether the model saw the picture centred on a square: padding is where its grid begins before the picture. */
function isSquared(
  { transform, grid }: PlacedMapBytes,
  size: readonly [width: number, height: number],
): boolean {
  const { offsetX, offsetY } = uprightTransform(transform, size, grid);
  return offsetX > 0 || offsetY > 0;
}
