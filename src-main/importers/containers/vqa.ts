/**
 * VQA's questions (`{"info": …, "data_subtype": "val2014", "questions": [{…}]}`): what the file says of all its rows goes into
 * each. The annotations are a file of their own (`beside/vqa.ts`).
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { LINE_BYTES } from '../rows/limits.ts';
import { parseText } from '../rows/parse.ts';
import { countLines, readFile } from './bytes.ts';
import type { Container, ContainerRow } from './container.ts';
import type { JsonMember } from './json-members.ts';
import { readArray } from './json-list-text.ts';
import { jsonRows } from './json-text.ts';

export const vqaQuestions: Container = {
  name: 'vqa-questions',
  words: 'questions of VQA',
  unit: 'line',
  fits: async ({ path, members }) => {
    const own = new Map((await members())?.map((member) => [member.key, member]));
    if (!own.has('data_subtype')) return false;
    if (own.get('questions')?.kind === 'objects') return true;
    if (own.get('annotations')?.kind !== 'objects') return false;
    throw new FoveaError('bad_input', 'the questions file holds annotations of VQA, no questions', {
      where: path,
      next: 'Give the questions file of VQA, and this one as its annotations (--annotations)',
    });
  },
  open: async ({ path, members }) => {
    const own = (await members()) ?? [];
    const list = own.find(({ key }) => key === 'questions')!;
    const subtype = await textAt(
      path,
      own.find(({ key }) => key === 'data_subtype')!,
    );
    return {
      detail: subtype,
      columns: null,
      count: () => countLines(path),
      rows: () => rowsOf(path, list, subtype),
    };
  },
};

async function* rowsOf(
  path: string,
  { from, to, line }: JsonMember,
  subtype: string | null,
): AsyncGenerator<ContainerRow> {
  const pieces = readArray(readFile(path, from, to), LINE_BYTES, line);
  for await (const row of jsonRows(pieces)) {
    yield 'fields' in row ? { ...row, fields: { ...row.fields, data_subtype: subtype } } : row;
  }
}

/** A short text among the members. */
async function textAt(path: string, { from, to }: JsonMember): Promise<string | null> {
  if (to - from > 1000) return null;
  const parts: Uint8Array[] = [];
  for await (const part of readFile(path, from, to)) parts.push(part);
  const parsed = parseText(Buffer.concat(parts).toString('utf8'));
  return parsed.ok && typeof parsed.value === 'string' ? parsed.value : null;
}
