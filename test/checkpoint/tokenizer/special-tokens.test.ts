/** Files beside tokenizer.json that change what transformers makes of it: obeyed, or refused by name. */
import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { readTokenizer } from '../../../src-main/checkpoint/tokenizer/tokenizer.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

const CASES = join(import.meta.dirname, '../../golden/oracle/cases');
type Json = Record<string, unknown>;

/** A copy of a case, with its files as JSON. */
function folder(t: TestContext, name: string) {
  const dir = join(temporaryDir(t), name);
  cpSync(join(CASES, name), dir, { recursive: true });
  const read = (file: string): Json => JSON.parse(readFileSync(join(dir, file), 'utf8')) as Json;
  const write = (file: string, json: unknown): void => writeFileSync(join(dir, file), JSON.stringify(json));
  return { dir, read, write };
}

test('special_tokens_map.json and added_tokens.json count where tokenizer_config.json has no added_tokens_decoder', async (t) => {
  const { dir, read, write } = folder(t, 'llava-hf-plain-33');
  const { added_tokens_decoder: decoder, ...config } = read('tokenizer_config.json');
  write('tokenizer_config.json', config);
  const own = read('tokenizer.json').added_tokens as { content: string; id: number }[];
  write('added_tokens.json', Object.fromEntries(own.map(({ content, id }) => [content, id])));
  write('special_tokens_map.json', { bos_token: '</s>', pad_token: { content: '</s>', lstrip: false } });
  assert.equal((await readTokenizer(dir)).bosToken, '</s>');

  write('special_tokens_map.json', { bos_token: 'code' });
  await assert.rejects(readTokenizer(dir), { code: 'unsupported_model', message: /bos_token "code"/ });
  write('special_tokens_map.json', {});
  for (const [token, id] of [
    ['code', 12],
    ['</s>', 12],
  ] as const) {
    write('added_tokens.json', { [token]: id });
    await assert.rejects(readTokenizer(dir), {
      code: 'unsupported_model',
      message: new RegExp(`"${token}" of added_tokens.json`),
    });
  }
  // transformers reads neither beside an added_tokens_decoder.
  write('tokenizer_config.json', { ...config, added_tokens_decoder: decoder ?? {} });
  await readTokenizer(dir);
});

test('a Qwen2 tokenizer.json that transformers 5 would rebuild into another one is refused by the part', async (t) => {
  const { dir, read, write } = folder(t, 'qwen2_5-vl-windows');
  const [json, config] = [read('tokenizer.json'), read('tokenizer_config.json')];
  await readTokenizer(dir, 'qwen2_5_vl');
  const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  for (const [part, changed] of [
    ['normalizer', { normalizer: null }],
    [
      'normalizer',
      { normalizer: { type: 'Sequence', normalizers: [{ type: 'NFC' }, { type: 'Lowercase' }] } },
    ],
    ['pre_tokenizer', { pre_tokenizer: bytes }],
    ['model with ignore_merges', { model: { ...(json.model as Json), ignore_merges: true } }],
  ] as const) {
    write('tokenizer.json', { ...json, ...changed });
    write('tokenizer_config.json', config);
    await assert.rejects(readTokenizer(dir, 'qwen2_5_vl'), {
      code: 'unsupported_model',
      message: new RegExp(`has a ${part} that is not Qwen2Tokenizer`),
    });
    const { add_prefix_space: _, ...rest } = config;
    write('tokenizer_config.json', { ...rest, tokenizer_class: 'PreTrainedTokenizerFast' });
    await readTokenizer(dir, 'qwen2_5_vl');
  }
});
