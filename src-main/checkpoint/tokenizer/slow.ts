/**
 * Qwen2's slow tokenizer files (vocab.json, merges.txt) as the tokenizer.json that transformers makes of them when it
 * finds no other (4.57: `Qwen2Converter`; 5.24: `Qwen2Tokenizer`). Added tokens come from `added_tokens_decoder` of
 * tokenizer_config.json, with their ids and flags.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { readJsonIfThere, readTextIfThere } from '../files/json-file.ts';
import { qwen2Parts } from './qwen2-class.ts';
import { tokenizerSchema } from './guard.ts';

const flag = z.boolean().default(false);
const addedSchema = z.object({
  content: z.string(),
  single_word: flag,
  lstrip: flag,
  rstrip: flag,
  normalized: flag,
  special: flag,
});
const named = z.union([z.string(), z.object({ content: z.string() }).transform((t) => t.content)]).nullish();
const configSchema = z
  .object({
    tokenizer_class: z.string().optional(),
    add_prefix_space: z.boolean().nullish(),
    added_tokens_decoder: z.record(z.string().regex(/^\d+$/), addedSchema).optional(),
    bos_token: named,
    eos_token: named,
    pad_token: named,
    unk_token: named,
    additional_special_tokens: z.array(named).nullish(),
  })
  .loose();

/**
 * @returns the tokenizer.json's content, or null when the folder has no vocab.json with a merges.txt
 * @throws FoveaError `unsupported_model` for another class, or where a token has no id in the files
 */
export async function slowTokenizer(dir: string): Promise<z.output<typeof tokenizerSchema> | null> {
  const vocab = await readJsonIfThere(join(dir, 'vocab.json'), z.record(z.string(), z.number().int()));
  const text = await readTextIfThere(join(dir, 'merges.txt'));
  if (vocab === null || text === null) return null;
  const where = join(dir, 'tokenizer_config.json');
  const config = await readJsonIfThere(where, configSchema);
  if (!config || !/^Qwen2Tokenizer(Fast)?$/.test(config.tokenizer_class ?? '')) {
    throw refusal(`of the class ${config?.tokenizer_class ?? '(none named)'}`, where);
  }
  if (!config.added_tokens_decoder) throw refusal('without added_tokens_decoder', where);
  const added = Object.entries(config.added_tokens_decoder)
    .map(([id, token]) => ({ id: Number(id), ...token }))
    .sort((a, b) => a.id - b.id);
  const { bos_token, eos_token, pad_token, unk_token, additional_special_tokens: more } = config;
  for (const token of [bos_token, eos_token, pad_token, unk_token, ...(more ?? [])]) {
    if (token !== null && token !== undefined && !added.some(({ content }) => content === token)) {
      throw refusal(`whose ${token} is not in added_tokens_decoder`, where);
    }
  }
  return tokenizerSchema.parse({
    model: { type: 'BPE', vocab, merges: mergesOf(text, join(dir, 'merges.txt')) },
    ...qwen2Parts(config.add_prefix_space ?? false),
    post_processor: { type: 'ByteLevel', trim_offsets: false },
    decoder: { type: 'ByteLevel' },
    added_tokens: added,
  });
}

/** A pair per line; the first line may name a version. */
function mergesOf(text: string, where: string): [string, string][] {
  const lines = text.split('\n').map((line) => line.trim());
  const pairs = lines.filter((line, i) => line !== '' && !(i === 0 && line.startsWith('#version:')));
  return pairs.map((line) => {
    const [first, second, ...rest] = line.split(/[ \t]+/);
    if (first !== undefined && second !== undefined && rest.length === 0) return [first, second];
    throw new FoveaError('bad_checkpoint', `merges.txt holds a line that is no pair: ${line.slice(0, 80)}`, {
      where,
      next: 'Download this file again',
    });
  });
}

function refusal(what: string, where: string): FoveaError {
  return new FoveaError(
    'unsupported_model',
    `tokenizer.json is missing, and vocab.json with merges.txt is a tokenizer ${what}`,
    {
      where,
      next: 'Convert it once with AutoTokenizer.from_pretrained(folder).save_pretrained(folder)',
    },
  );
}
