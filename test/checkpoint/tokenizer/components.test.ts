/**
 * Every component and option of a tokenizer.json (test/golden/tokenizers/components.py): the ids and text of the Rust
 * library, or a refusal that names the component when the file is read.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { readTokenizer } from '../../../src-main/checkpoint/tokenizer/tokenizer.ts';
import type { Tokenizer } from '../../../src-main/checkpoint/tokenizer/tokenizer.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { DEMO_CHECKPOINT } from '../../support/demo.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

const GOLDEN = join(import.meta.dirname, '../../golden/tokenizers');
const BASES = {
  llama: join(GOLDEN, 'llama/tokenizer.json'),
  qwen2: join(GOLDEN, 'qwen2/tokenizer.json'),
  wordpiece: join(DEMO_CHECKPOINT, 'tokenizer.json'),
};
const ids = z.array(z.number());
const { texts, cases } = z
  .object({
    texts: z.array(z.string()),
    cases: z.array(
      z.object({
        name: z.string(),
        base: z.enum(['llama', 'qwen2', 'wordpiece']),
        changes: z.record(z.string(), z.unknown()),
        rows: z.array(z.tuple([ids, ids, z.string().nullable()])),
      }),
    ),
  })
  .parse(JSON.parse(gunzipSync(readFileSync(join(GOLDEN, 'components.json.gz'))).toString('utf8')));

type Json = Record<string, unknown>;
function changed(base: keyof typeof BASES, changes: Json): Json {
  const json = JSON.parse(readFileSync(BASES[base], 'utf8')) as Json & { added_tokens: unknown[] };
  for (const [path, value] of Object.entries(changes)) {
    if (path === '+added_tokens') {
      json.added_tokens.push(...(value as unknown[]));
      continue;
    }
    const way = path.split('.');
    const last = way.pop() as string;
    let at: Json = json;
    for (const key of way) at = at[key] as Json;
    at[last] = value;
  }
  return json;
}

/** Where an added token takes white space with it, text with what only one of the two calls white space is refused. */
const DISPUTED = /[\u0085\ufeff]/;

function differences(tokenizer: Tokenizer, rows: (typeof cases)[number]['rows'], strips: boolean): string[] {
  return texts.flatMap((text, i) => {
    if (strips && DISPUTED.test(text)) {
      assert.throws(() => tokenizer.encode(text), /U\+0085 or U\+FEFF/);
      return [];
    }
    const [plain, withSpecial, back] = rows[i] as [number[], number[], string | null];
    const wrong = [];
    const own = [tokenizer.encode(text), tokenizer.encodeWithSpecial(text)];
    if (own.join('|') !== [plain, withSpecial].join('|')) wrong.push(`ids of ${JSON.stringify(text)}`);
    // Null: the Rust library panics.
    if (back !== null && tokenizer.decode(plain) !== back.trim()) wrong.push(`text of ${plain.join()}`);
    return wrong;
  });
}

/** Refused, by what the message says; everything else must run. */
const REFUSED: readonly [name: RegExp, message: RegExp][] = [
  [/single_word/, /added token "cat" with single_word/],
  [/that is in the vocabulary, other id/, /with id \d+, where the original gives it \d+/],
  [/normalizer (Nmt|ByteLevel|Strip \w+ \w+)$/, /normalizer (Nmt|ByteLevel|Strip),/],
  [/with \$&/, /Replace with a \$/],
  [/normalizer Replace a string$/, /Replace with a \$/],
  [/BertNormalizer \{"clean_text": false\}/, /BertNormalizer without clean_text/],
  [
    /pre_tokenizer (Whitespace|WhitespaceSplit|UnicodeScripts|CharDelimiterSplit|FixedLength|Punctuation \w+|Digits \w+)$/,
    /pre_tokenizer (Whitespace|WhitespaceSplit|UnicodeScripts|CharDelimiterSplit|FixedLength|Punctuation|Digits),/,
  ],
  [/pre_tokenizer BertPreTokenizer/, /BertPreTokenizer without a BertNormalizer/],
  [/Metaspace \w+ split True/, /Metaspace with split/],
  [/Split Isolated invert True/, /Split Isolated with invert/],
  [/Split (MergedWith\w+|Contiguous) /, /Split with behavior (MergedWith\w+|Contiguous)/],
  [/Split Removed invert False, a string/, /Split Removed with a group/],
  [/pattern case/, /Invalid group/],
  [/dropout 0\.5/, /BPE with dropout/],
  [/byte_fallback False fuse_unk \w+ unk_token None/, /BPE without an unk_token/],
  [/whole words/, /WhitespaceSplit/],
  [/continuing_subword_prefix$/, /with continuing_subword_prefix/],
  [/end_of_word_suffix$/, /with end_of_word_suffix/],
  [/model (WordLevel|Unigram)/, /model (WordLevel|Unigram)/],
  [/a token of two ids/, /not one id each/],
  [/Sequence of two templates/, /Sequence of several templates|of several templates/],
  [/decoder ByteLevel, llama/, /ByteLevel without a ByteLevel pre_tokenizer/],
  [/decoder (BPEDecoder|CTC)/, /decoder (BPEDecoder|CTC)/],
];

test('tokenizer_config.json that says something else of added tokens is refused', async (t) => {
  for (const [decoder, message] of [
    [{ 1: { content: '<s>', special: true } }, null],
    [{ 5000: { content: '<extra>', special: true } }, /"<extra>" is not among those of tokenizer\.json/],
    [{ 7: { content: '<s>', special: true } }, /"<s>" has id 7 here and 1 in/],
    [{ 1: { content: '<s>', special: false } }, /"<s>" is special in only one/],
  ] as const) {
    const dir = join(temporaryDir(t), 'tokenizer');
    mkdirSync(dir);
    writeFileSync(join(dir, 'tokenizer.json'), readFileSync(BASES.llama));
    const config = { added_tokens_decoder: decoder };
    writeFileSync(join(dir, 'tokenizer_config.json'), JSON.stringify(config));
    if (message === null) await readTokenizer(dir);
    else await assert.rejects(readTokenizer(dir), message);
  }
});

for (const { name, base, changes, rows } of cases) {
  const refused = REFUSED.find(([pattern]) => pattern.test(name));
  test(`${name}: ${refused ? 'refused' : 'as the original'}`, async (t) => {
    const dir = join(temporaryDir(t), 'tokenizer');
    mkdirSync(dir);
    writeFileSync(join(dir, 'tokenizer.json'), JSON.stringify(changed(base, changes)));
    if (refused) {
      await assert.rejects(readTokenizer(dir), (error) => {
        assert.ok(error instanceof FoveaError);
        assert.match(error.message, refused[1]);
        return true;
      });
      return;
    }
    const wrong = differences(await readTokenizer(dir), rows, /added token.*strip/.test(name));
    assert.deepEqual(wrong.slice(0, 3), [], `${wrong.length} differ`);
  });
}
