/**
 * tokenizer_config.json may name special tokens that tokenizer.json does not have. transformers adds them when it opens
 * the folder, which changes how texts are cut; Fovea runs tokenizer.json as it is, so they must be there. Folders saved
 * before 4.34 say the same in special_tokens_map.json and added_tokens.json, which transformers reads where
 * tokenizer_config.json has no added_tokens_decoder.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { checkJson, readJsonIfThere } from '../files/json-file.ts';

const tokenSchema = z.union([
  z.string(),
  z.object({ content: z.string() }).transform((token) => token.content),
]);
const addedSchema = z.object({ added_tokens: z.array(z.object({ content: z.string() })).catch([]) });
const idsSchema = z.record(z.string(), z.number().int());
const SAVE_BOTH = 'Save both once with AutoTokenizer.from_pretrained(folder).save_pretrained(folder)';
const MAP = 'special_tokens_map.json';
const ADDED = 'added_tokens.json';
const LISTS = ['additional_special_tokens', 'extra_special_tokens', 'added_tokens_decoder'];

/**
 * tokenizer_config.json with what special_tokens_map.json puts over it. Empty where neither is there.
 * @throws FoveaError `bad_checkpoint` for a malformed file
 */
export async function readTokenizerConfig<S extends z.ZodType>(dir: string, schema: S): Promise<z.output<S>> {
  const anything = z.record(z.string(), z.unknown());
  const path = join(dir, 'tokenizer_config.json');
  const config = (await readJsonIfThere(path, anything)) ?? {};
  const map = config.added_tokens_decoder ? null : await readJsonIfThere(join(dir, MAP), anything);
  return checkJson(schema, { ...config, ...map }, path);
}

/**
 * What added_tokens.json adds must be among the added tokens of tokenizer.json, by the same ids.
 * @throws FoveaError `unsupported_model` naming the first token that is not
 */
export async function refuseOtherAddedFile(
  dir: string,
  {
    added_tokens: known,
  }: { readonly added_tokens: readonly { readonly content: string; readonly id: number }[] },
): Promise<void> {
  const where = join(dir, ADDED);
  for (const [token, id] of Object.entries((await readJsonIfThere(where, idsSchema)) ?? {})) {
    if (known.some((one) => one.content === token && one.id === id)) continue;
    throw new FoveaError(
      'unsupported_model',
      `Fovea does not run the token ${JSON.stringify(token)} of ${ADDED}: tokenizer.json does not add it by the id ${id}`,
      { where, next: SAVE_BOTH },
    );
  }
}

/** @throws FoveaError `unsupported_model` naming the first token that tokenizer.json lacks. */
export function refuseNewTokens(
  config: Readonly<Record<string, unknown>>,
  tokenizer: unknown,
  where: string,
): void {
  const { added_tokens: added } = addedSchema.parse(tokenizer);
  const known = new Set(added.map(({ content }) => content));
  for (const [key, value] of Object.entries(config)) {
    const named = LISTS.includes(key) ? listed(value) : /^(?!add_).*_token$/.test(key) ? [value] : [];
    for (const one of named) {
      const token = tokenSchema.safeParse(one).data;
      if (token === undefined || known.has(token)) continue;
      throw new FoveaError(
        'unsupported_model',
        `Fovea does not run ${key} ${JSON.stringify(token)} of tokenizer_config.json: tokenizer.json has no such special token`,
        {
          where,
          next: SAVE_BOTH,
        },
      );
    }
  }
}

/** A list of tokens, or an object of them by id or by name. */
function listed(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}
