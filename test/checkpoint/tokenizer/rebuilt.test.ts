/**
 * One folder's tokenizer by transformers 4.57.6, 5.0.0 and 5.24.0 (test/golden/tokenizers/rebuilt.py): Fovea gives the
 * ids of tokenizer.json, and says of exactly those folders that another reader gives others, which do.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { z } from 'zod';
import { readerNotes } from '../../../src-main/checkpoint/notes.ts';
import { readTokenizer } from '../../../src-main/checkpoint/tokenizer/tokenizer.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

const idsSchema = z.array(z.array(z.number()));
const waysSchema = z.object({ file: idsSchema, auto: idsSchema, other: idsSchema, class: idsSchema });
const golden = z
  .object({
    texts: z.array(z.string()).min(4),
    base: z.record(z.string(), z.unknown()),
    components: z.record(z.string(), z.record(z.string(), z.unknown())),
    named: z.record(z.string(), z.string()),
    cases: z
      .array(
        z.object({
          spaces: z.string(),
          class: z.string(),
          legacy: z.boolean().nullable(),
          ids: z.record(z.enum(['4.57.6', '5.0.0', '5.24.0']), waysSchema),
        }),
      )
      .min(36),
  })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, '../../golden/tokenizers/rebuilt.json'), 'utf8')));
type Case = (typeof golden)['cases'][number];

/** The class named in the file rebuilds it where `AutoTokenizer` follows the name, and says so. */
async function read(t: TestContext, { spaces, class: name, legacy }: Case) {
  const dir = temporaryDir(t);
  const write = (file: string, json: object) => writeFileSync(join(dir, file), JSON.stringify(json));
  write('tokenizer.json', { ...golden.base, ...golden.components[spaces] });
  write('tokenizer_config.json', {
    ...golden.named,
    tokenizer_class: name,
    ...(legacy === null ? {} : { legacy }),
  });
  const tokenizer = await readTokenizer(dir);
  const notes = (type: string) => readerNotes(dir, { model_type: type }, tokenizer);
  return {
    ids: golden.texts.map((text) => tokenizer.encodeWithSpecial(text)),
    llava: await notes('llava'),
    other: await notes('llava_llama'),
  };
}

test('ids are those of tokenizer.json, which AutoTokenizer obeys for LLaVA in every version', async (t) => {
  for (const one of golden.cases) {
    const { ids } = await read(t, one);
    for (const ways of Object.values(one.ids)) {
      assert.deepEqual([ids, ways.auto], [ways.file, ways.file], JSON.stringify([one.spaces, one.class]));
    }
    assert.deepEqual(ids, one.ids['4.57.6'].class);
  }
});

test('a note stands exactly where a class of transformers 5.24 gives other ids', async (t) => {
  let noted = 0;
  for (const one of golden.cases) {
    const { llava, other } = await read(t, one);
    const ways = one.ids['5.24.0'];
    const differs = JSON.stringify(ways.other) !== JSON.stringify(ways.file);
    assert.equal(other.length, differs ? 1 : 0, JSON.stringify([one.spaces, one.class, one.legacy]));
    assert.equal(llava.length, other.length);
    if (!differs) continue;
    noted++;
    assert.match(String(other[0]), new RegExp(`newer ones .* make a ${one.class} of their own`));
    assert.match(String(llava[0]), new RegExp(`as AutoProcessor .* only ${one.class} called by its name`));
  }
  assert.ok(noted >= 15);
});

test('the published shape: a Prepend normalizer under LlamaTokenizer, and the ids both readers give', async (t) => {
  const one = golden.cases.find((c) => c.spaces === 'prepend' && c.class === 'LlamaTokenizer' && !c.legacy);
  assert.ok(one);
  const { ids, llava } = await read(t, one);
  assert.equal(golden.texts[0], 'USER: <image>\nWhat?');
  // 5.24's class puts no space behind the picture: the question begins with the line break itself.
  const [file, rebuilt] = [one.ids['5.24.0'].auto[0], one.ids['5.24.0'].class[0]];
  assert.deepEqual(ids[0], file);
  assert.equal(file?.length, Number(rebuilt?.length) + 1);
  assert.match(String(llava[0]), /the normalizer, pre_tokenizer of tokenizer\.json/);
});
