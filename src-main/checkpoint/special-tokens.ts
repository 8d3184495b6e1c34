/**
 * tokenizer_config.json may name special tokens that tokenizer.json does not have. transformers adds them when it opens
 * the folder, which changes how texts are cut; Fovea runs tokenizer.json as it is, so they must be there.
 */
import { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';

const tokenSchema = z.union([
  z.string(),
  z.object({ content: z.string() }).transform((token) => token.content),
]);
const addedSchema = z.object({ added_tokens: z.array(z.object({ content: z.string() })).catch([]) });
const LISTS = ['additional_special_tokens', 'extra_special_tokens', 'added_tokens_decoder'];

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
          next: 'Save both once with AutoTokenizer.from_pretrained(folder).save_pretrained(folder)',
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
