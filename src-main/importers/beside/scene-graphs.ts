/** Scene graphs of GQA (`{"2407890": {"width": …, "height": …, "objects": {"271881": {"x": …}}}}`), by picture. */
import { z } from 'zod';
import { readFile } from '../containers/bytes.ts';
import { JsonCut, jsonEntries } from '../containers/json-entries.ts';
import { LINE_BYTES } from '../rows/limits.ts';
import { parseText } from '../rows/parse.ts';
import type { RowReason } from '../rows/reasons.ts';
import type { Beside } from './beside.ts';
import { Entries } from './entries.ts';

const graph = z.object({ objects: z.record(z.string(), z.unknown()), width: z.number(), height: z.number() });

const NONE: Omit<RowReason, 'value'> = {
  message: 'there is no scene graph of its picture, and so no truth boxes',
  next: 'Give the scene graphs of the same split; those of test are not public',
};

export const sceneGraphs: Beside = {
  words: 'scene graphs of GQA',
  open: async (path) => {
    if (!(await isGraphs(path))) return null;
    const entries = await Entries.open(path, {}, ({ key }) => key);
    return {
      join: async (fields) => {
        const imageId = String(fields['imageId']);
        const found = await entries.get(imageId, graph, 'its scene graph');
        if (found === null) return { fields, notes: [{ ...NONE, value: imageId }] };
        return { fields: { ...fields, objects: found.objects }, notes: [] };
      },
    };
  },
};

async function isGraphs(path: string): Promise<boolean> {
  try {
    for await (const { key, bytes } of jsonEntries(readFile(path), LINE_BYTES)) {
      const parsed = parseText(Buffer.from(bytes ?? []).toString('utf8'));
      return key !== null && parsed.ok && graph.safeParse(parsed.value).success;
    }
  } catch (thrown) {
    if (!(thrown instanceof JsonCut)) throw thrown;
  }
  return false;
}
