/** One JSON object with the list of rows under one of its keys (`{"info": …, "data": [{…}, …]}`). */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { LINE_BYTES } from '../rows/limits.ts';
import { shown } from '../rows/reasons.ts';
import { countLines, readFile } from './bytes.ts';
import type { Container } from './container.ts';
import type { JsonMember } from './json-members.ts';
import { readArray } from './json-list-text.ts';
import { jsonRows } from './json-text.ts';
import type { Subject } from './subject.ts';

export const jsonKey: Container = {
  name: 'json-key',
  words: 'a JSON list in an object',
  unit: 'line',
  fits: async (subject) => (await listsOf(subject)).length > 0,
  open: async (subject) => {
    const { path } = subject;
    const lists = await listsOf(subject);
    const [list] = lists;
    if (!list || lists.length > 1) {
      throw new FoveaError(
        'bad_input',
        'the file holds several lists, and which one has the rows is not known',
        {
          where: `${path}: ${lists.map(({ key }) => shown(key)).join(', ')}`,
          next: 'Save the list of questions as a file of its own',
        },
      );
    }
    return {
      detail: `under ${shown(list.key)}`,
      columns: null,
      count: () => countLines(path),
      rows: () => jsonRows(readArray(readFile(path, list.from, list.to), LINE_BYTES, list.line)),
    };
  },
};

async function listsOf({ members }: Subject): Promise<readonly JsonMember[]> {
  return ((await members()) ?? []).filter(({ kind }) => kind === 'objects');
}
