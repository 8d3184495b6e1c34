/** `fovea import --preview` and `--dry-run`: what an import would do, in words; nothing is written. */
import { counted } from '../../../../src-shared/contract/counts.ts';
import type { ImportPreview } from '../../../../src-shared/contract/procedures.ts';
import { reasonLines } from '../../../../src-shared/contract/reasons.ts';

/** Characters of a question that a line shows. */
const SHOWN = 90;

/** Lines for a terminal. @param file as it was given */
export function previewLines(file: string, preview: ImportPreview): string[] {
  const { container, columns, forms, samples, failures, notes } = preview;
  const kinds = forms.map(({ words, questions }) => `${words} (${questions.toLocaleString('en-US')})`);
  return [
    `${file} is ${container.words}${container.detail === null ? '' : ` (${container.detail})`}`,
    ...(kinds.length > 0 ? [`Its rows: ${kinds.join(', ')}`] : []),
    ...(columns === null ? [] : [columnLine(columns)]),
    ...samples.map(sampleLine),
    ...reasonLines(file, failures, 'row'),
    ...reasonLines(file, notes, 'sample'),
  ];
}

/** One line for the end. */
export function previewResult({ whole, good, failed }: ImportPreview): string {
  const part = whole ? '' : ' of the first';
  return `Nothing was written: ${counted(good, 'sample')}${part} would go in, ${failed} would fail`;
}

function columnLine({ names, choice }: NonNullable<ImportPreview['columns']>): string {
  const said = names.map((name) => {
    const field = Object.hasOwn(choice, name) ? choice[name] : name;
    return field === '' ? `${name} (left out)` : field === name ? name : `${name} = ${field}`;
  });
  return `Columns: ${said.join(', ')}`;
}

function sampleLine({ line, id, picture, question, answer }: ImportPreview['samples'][number]): string {
  const asked = question.replaceAll(/\s+/g, ' ').trim();
  const short = asked.length > SHOWN ? `${asked.slice(0, SHOWN)}…` : asked;
  return `  ${line}: ${id}, ${picture ?? 'picture in the file'}: ${short}${answer === null ? '' : ` → ${answer.slice(0, SHOWN)}`}`;
}
