/** How a checkpoint's layers bear int8, in words: what was chosen for how many, and the errors of each. */
import { counted } from '../../../../src-shared/contract/counts.ts';
import type { MeasuredLayer } from '../../../checkpoint/quantised/index.ts';

type Layers = Readonly<Record<string, MeasuredLayer>>;

/** The error of the outputs by what runs; 0: float32. */
function errorOf({ choice, plain, smoothed }: MeasuredLayer): number {
  if (choice === 'rows') return plain;
  return choice === 'smoothed' ? (smoothed ?? 0) : 0;
}

const percent = (share: number): string => `${(100 * share).toFixed(2)}%`;

/** Of all layers: how many are whole numbers, how many stay float32 and why, and the largest errors. */
export function int8Words(layers: Layers): string[] {
  const all = Object.entries(layers);
  const of = (choice: MeasuredLayer['choice']) => all.filter(([, layer]) => layer.choice === choice);
  const whole = [...of('rows'), ...of('smoothed')];
  const worst = whole.sort(([, a], [, b]) => errorOf(b) - errorOf(a))[0];
  const evened = of('smoothed').length;
  const inexact = of('inexact');
  return [
    `             ${counted(whole.length, 'layer')} of ${all.length} as int8${evened > 0 ? `, ${evened} of them with inputs evened out` : ''}` +
      (worst ? `; largest error of a layer's outputs ${percent(errorOf(worst[1]))}` : ''),
    ...(of('small').length > 0
      ? [`             ${counted(of('small').length, 'layer')} stay float32: as fast at their size`]
      : []),
    ...(inexact.length > 0
      ? [
          `             ${counted(inexact.length, 'layer')} stay float32: int8 would change too much (${inexact[0]?.[0]} …)`,
        ]
      : []),
  ];
}

/** One line a layer: its weights' name, its error in plain rows and evened out, and the choice. */
export function int8Table(layers: Layers): string[] {
  const rows = Object.entries(layers);
  if (rows.length === 0) return ['  int8       not measured: fovea model quantise --precision int8'];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(
    ([name, { plain, smoothed, choice }]) =>
      `  ${name.padEnd(width)}  ${percent(plain).padStart(8)}  ${(smoothed === null ? '–' : percent(smoothed)).padStart(8)}  ${choice}`,
  );
}
