/** A Python pickle: a list of dicts, or a dict of them, read without running anything of it (`../pickle/`). */
import { guardedStat } from '../../files/plain-file.ts';
import { readPickle, startsAsPickle } from '../pickle/read.ts';
import type { Entry } from '../pickle/machine.ts';
import type { PickleValue } from '../pickle/values.ts';
import { shown } from '../rows/reasons.ts';
import { CORRECT } from '../rows/row-error.ts';
import type { Fields } from '../rows/types.ts';
import { fileFailure, readFile } from './bytes.ts';
import type { Container, ContainerRow } from './container.ts';

export const pickle: Container = {
  name: 'pickle',
  words: 'a Python pickle',
  unit: 'row',
  fits: ({ head }) => startsAsPickle(head),
  open: async ({ path }) => {
    const { size } = await guardedStat(path).catch((error: unknown) => {
      throw fileFailure(path, error);
    });
    const file = { path, size, chunks: () => readFile(path) };
    return {
      detail: null,
      columns: null,
      count: async () => {
        let n = 0;
        for await (const _ of readPickle(file)) n++;
        return n;
      },
      rows: () => rowsOf(readPickle(file)),
    };
  },
};

async function* rowsOf(entries: AsyncIterable<Entry>): AsyncGenerator<ContainerRow> {
  let line = 0;
  for await (const { key, value } of entries) {
    line++;
    const fields = value instanceof Map ? fieldsOf(value) : null;
    if (!fields) {
      yield {
        line,
        problem: { message: 'a record is a dict with texts as keys', value: shown(value), next: CORRECT },
      };
      continue;
    }
    // In a dict of records the key is the id.
    const named = typeof key === 'string' || typeof key === 'number';
    yield { line, fields: named && !('id' in fields) ? { id: key, ...fields } : fields };
  }
}

function fieldsOf(dict: ReadonlyMap<PickleValue, PickleValue>): Fields | null {
  const fields: Record<string, unknown> = {};
  for (const [key, value] of dict) {
    // A dict's own words are no fields of an object.
    if (typeof key !== 'string' || key === '__proto__') return null;
    fields[key] = value;
  }
  return fields;
}
