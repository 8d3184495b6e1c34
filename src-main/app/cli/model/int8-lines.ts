/** How a checkpoint's layers bear int8, in words: what was chosen for how many, and the errors of each. */
import { counted } from '../../../../src-shared/contract/counts.ts';
import type { LayerChoice, MeasuredLayer, RowForm } from '../../../checkpoint/quantised/index.ts';
import { choiceIn } from '../../../checkpoint/quantised/index.ts';

type Layers = Readonly<Record<string, MeasuredLayer>>;

const percent = (share: number): string => `${(100 * share).toFixed(2)}%`;

/** Of all layers: how many have one digit, two, or stay float32, and the largest error of one digit. */
export function int8Words(layers: Layers, form: RowForm): string[] {
  const all = Object.values(layers);
  const of = (choice: LayerChoice) => all.filter((layer) => choiceIn(layer, form) === choice);
  const [rows, smoothed, digits, small, inexact] = (
    ['rows', 'smoothed', 'digits', 'small', 'inexact'] as const
  ).map(of) as [typeof all, typeof all, typeof all, typeof all, typeof all];
  const errors = [...rows.map(({ plain }) => plain), ...smoothed.map(({ smoothed }) => smoothed ?? 0)];
  const line = (words: string): string => `             ${words}`;
  return [
    line(
      `${counted(errors.length, 'layer')} of ${all.length} in 8 bits${smoothed.length > 0 ? `, ${smoothed.length} of them with inputs evened out` : ''}` +
        (errors.length > 0 ? `; largest error of a layer's outputs ${percent(Math.max(...errors))}` : ''),
    ),
    ...(digits.length > 0
      ? [
          line(
            `${counted(digits.length, 'layer')} in two digits of 8 bits: labels and answers would change otherwise`,
          ),
        ]
      : []),
    ...(small.length > 0
      ? [
          line(
            `${counted(small.length, 'layer')} ${small.length === 1 ? 'stays' : 'stay'} float32: as fast at their size`,
          ),
        ]
      : []),
    ...(inexact.length > 0
      ? [
          line(
            `${counted(inexact.length, 'layer')} ${inexact.length === 1 ? 'stays' : 'stay'} float32: what comes out is not finite`,
          ),
        ]
      : []),
  ];
}

/** One line a layer: its weights' name, its error in plain rows and evened out, and what it is at int8 and at int8-fast. */
export function int8Table(layers: Layers): string[] {
  const rows = Object.entries(layers);
  if (rows.length === 0) return ['  int8       not measured: fovea model quantise --precision int8'];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(
    ([name, { plain, smoothed, choice, alone }]) =>
      `  ${name.padEnd(width)}  ${percent(plain).padStart(8)}  ${(smoothed === null ? '–' : percent(smoothed)).padStart(8)}  ${choice.padEnd(8)}  ${alone}`,
  );
}
