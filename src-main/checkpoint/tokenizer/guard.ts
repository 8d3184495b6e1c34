/**
 * Which tokenizer.json files the JavaScript library runs as the original Rust one does. It drops settings that it does
 * not know in silence, so everything that changes ids or text is looked up here, and what is not proved equal
 * (test/golden/tokenizers/components.py) is refused by name when the folder is opened. `patches.ts` mends
 * what is small.
 */
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';

const partSchema = z.object({ type: z.string() }).loose();
type Part = z.infer<typeof partSchema>;

const tokenSchema = z.object({
  id: z.number().int().nonnegative(),
  content: z.string(),
  single_word: z.boolean().default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  normalized: z.boolean().default(false),
  special: z.boolean().default(false),
});
export const tokenizerSchema = z
  .object({
    model: partSchema,
    normalizer: partSchema.nullish(),
    pre_tokenizer: partSchema.nullish(),
    post_processor: partSchema.nullish(),
    decoder: partSchema.nullish(),
    added_tokens: z.array(tokenSchema).default([]),
  })
  .loose();
type TokenizerJson = z.infer<typeof tokenizerSchema>;

/** What of a part is not run as in the original; null when all of it is. */
type Rule = (part: Part, json: TokenizerJson) => string | null;
const runs: Rule = () => null;

const patternSchema = z.union([z.object({ String: z.string() }), z.object({ Regex: z.string() })]);
const replaceSchema = z.object({ pattern: patternSchema, content: z.string() });

/** JavaScript reads `$&` and its like in what is put in, Rust does not. */
const replaces: Rule = (part) => {
  const parsed = replaceSchema.safeParse(part).data;
  if (!parsed) return 'without a pattern and content';
  return parsed.content.includes('$') ? 'with a $ in its content' : null;
};

const NORMALIZERS: Readonly<Record<string, Rule>> = {
  NFC: runs,
  NFD: runs,
  NFKC: runs,
  NFKD: runs,
  Lowercase: runs,
  StripAccents: runs,
  Prepend: (part) => (typeof part.prepend === 'string' ? null : 'without text'),
  Replace: replaces,
  BertNormalizer: (part) => (part.clean_text === true ? null : 'without clean_text'),
  Sequence: (part, json) => inside(part.normalizers, NORMALIZERS, json),
};

const PRE_TOKENIZERS: Readonly<Record<string, Rule>> = {
  ByteLevel: runs,
  // White space that JavaScript and Rust do not agree on is taken out or turned into spaces before.
  BertPreTokenizer: (_, { normalizer }) =>
    normalizer?.type === 'BertNormalizer' ? null : 'without a BertNormalizer before it',
  Metaspace: (part, { added_tokens }) => {
    if (part.split !== false) return 'with split';
    if (part.prepend_scheme === 'first' && added_tokens.some((token) => token.normalized)) {
      return 'with prepend_scheme first beside normalized added tokens';
    }
    return typeof part.prepend_scheme === 'string' ? null : 'without prepend_scheme';
  },
  Split: (part) => {
    const pattern = patternSchema.safeParse(part.pattern).data;
    if (!pattern) return 'without a pattern';
    if (part.behavior === 'Isolated') return part.invert === true ? 'Isolated with invert' : null;
    if (part.behavior !== 'Removed') return `with behavior ${String(part.behavior)}`;
    // The library splits with the groups of the pattern, and puts a string into one.
    if (part.invert === true) return null;
    return 'Regex' in pattern && !/\((?!\?)|\(\?</.test(pattern.Regex) ? null : 'Removed with a group';
  },
  Sequence: (part, json) => inside(part.pretokenizers, PRE_TOKENIZERS, json),
};

const idsSchema = z.object({ id: z.string(), ids: z.array(z.number()), tokens: z.array(z.string()) });
const templateSchema = z.object({ special_tokens: z.record(z.string(), idsSchema) });
const pairSchema = z.tuple([z.string(), z.number()]);

const ends: Rule = (part, json) => {
  const pairs = [part.cls, part.sep].map((pair) => pairSchema.safeParse(pair).data);
  return pairs.every((pair) => pair && idOf(json, pair[0]) === pair[1]) ? null : 'with ids of other tokens';
};

const POST_PROCESSORS: Readonly<Record<string, Rule>> = {
  ByteLevel: runs,
  TemplateProcessing: (part, json) => {
    const parsed = templateSchema.safeParse(part).data;
    if (!parsed) return 'without special_tokens';
    const one = Object.values(parsed.special_tokens).every(
      ({ id, ids }) => ids.length === 1 && idOf(json, id) === ids[0],
    );
    return one ? null : 'whose special tokens are not one id each, their own';
  },
  BertProcessing: ends,
  RobertaProcessing: ends,
  Sequence: (part, json) => {
    const parts = z.array(partSchema).safeParse(part.processors).data ?? [];
    const templates = parts.filter(({ type }) => type !== 'ByteLevel');
    return templates.length > 1 ? 'of several templates' : inside(part.processors, POST_PROCESSORS, json);
  },
};

const DECODERS: Readonly<Record<string, Rule>> = {
  ByteLevel: (_, { pre_tokenizer, added_tokens }) => {
    if (!hasByteLevel(pre_tokenizer)) return 'without a ByteLevel pre_tokenizer';
    const other = added_tokens.find(({ content, special }) => !special && /[^\x20-\x7e]/.test(content));
    return other ? `beside the added token ${JSON.stringify(other.content)}, which is not ASCII` : null;
  },
  Metaspace: runs,
  WordPiece: runs,
  ByteFallback: runs,
  Fuse: runs,
  Replace: replaces,
  Strip: (part) => ([...String(part.content)].length === 1 ? null : 'of more than one character'),
  Sequence: (part, json) => inside(part.decoders, DECODERS, json),
};

type Vocabulary = Readonly<Record<string, number>>;

/**
 * Token → id; null when it is no such table. Going through 150,000 words takes a tenth of a second, so that they are
 * numbers is believed here: ids are looked at when a text has been encoded.
 */
function vocabularyOf({ vocab }: Part): Vocabulary | null {
  return typeof vocab === 'object' && vocab !== null && !Array.isArray(vocab) ? (vocab as Vocabulary) : null;
}

const MODELS: Readonly<Record<string, Rule>> = {
  BPE: (part, { pre_tokenizer }) => {
    if ((part.dropout ?? 0) !== 0) return 'with dropout, which is random';
    if ((part.continuing_subword_prefix ?? '') !== '') return 'with continuing_subword_prefix';
    if ((part.end_of_word_suffix ?? '') !== '') return 'with end_of_word_suffix';
    const vocabulary = vocabularyOf(part);
    if (!vocabulary) return 'without a vocabulary';
    if (part.byte_fallback === true) {
      return BYTE_TOKENS.every((token) => Object.hasOwn(vocabulary, token))
        ? null
        : 'with byte_fallback and not all bytes';
    }
    // Where every byte has a token nothing is unknown.
    if (hasByteLevel(pre_tokenizer) && BYTE_LETTERS.every((letter) => Object.hasOwn(vocabulary, letter)))
      return null;
    return typeof part.unk_token === 'string' ? null : 'without an unk_token for what it does not know';
  },
  WordPiece: (part) => (vocabularyOf(part) ? null : 'without a vocabulary'),
};

const BYTE_TOKENS = Array.from(
  { length: 256 },
  (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`,
);

/** GPT-2's letters for bytes: those that print stand for themselves, the others for U+0100 and on, in order. */
const BYTE_LETTERS = ((): string[] => {
  const prints = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(prints(byte) ? byte : next++));
})();

/** As {@link BYTE_LETTERS} demands: the last step before the model writes bytes. */
function hasByteLevel(part: Part | null | undefined): boolean {
  if (part?.type === 'ByteLevel') return true;
  const parts = z.array(partSchema).safeParse(part?.pretokenizers).data ?? [];
  return parts.at(-1)?.type === 'ByteLevel';
}

/** @throws FoveaError `unsupported_model` naming the part and the option. */
export function refuseOtherTokenizers(json: TokenizerJson, where: string): void {
  const sections: readonly [what: string, part: Part | null | undefined, rules: Record<string, Rule>][] = [
    ['normalizer', json.normalizer, NORMALIZERS],
    ['pre_tokenizer', json.pre_tokenizer, PRE_TOKENIZERS],
    ['post_processor', json.post_processor, POST_PROCESSORS],
    ['decoder', json.decoder, DECODERS],
    ['model', json.model, MODELS],
  ];
  for (const [what, part, rules] of sections) {
    if (!part) continue;
    const problem = inside([part], rules, json);
    if (problem !== null) throw refusal(`the ${what} ${problem}`, where);
  }
}

/**
 * @param words how many tokens the loaded tokenizer has, added ones among them
 * @throws FoveaError `unsupported_model` naming an added token that the original would treat otherwise
 */
export function refuseOtherAdded(json: TokenizerJson, words: number, where: string): void {
  const token = tokenProblem(json, words);
  if (token !== null) throw refusal(token, where);
}

function inside(parts: unknown, rules: Readonly<Record<string, Rule>>, json: TokenizerJson): string | null {
  const list = z.array(partSchema).safeParse(parts).data;
  if (!list) return 'Sequence without parts';
  for (const part of list) {
    const rule = Object.hasOwn(rules, part.type) ? rules[part.type] : undefined;
    if (!rule) return part.type;
    const problem = rule(part, json);
    if (problem !== null) return part.type === 'Sequence' ? problem : `${part.type} ${problem}`;
  }
  return null;
}

/** The original gives an added token the id its text has, or the next free one, whatever the file says. */
function tokenProblem({ added_tokens, model }: TokenizerJson, words: number): string | null {
  const vocabulary = vocabularyOf(model) ?? {};
  const own = new Set(added_tokens.map(({ content }) => content));
  let next = words - [...own].filter((content) => !Object.hasOwn(vocabulary, content)).length;
  const seen = new Set<string>();
  for (const { id, content, single_word } of added_tokens) {
    const name = `the added token ${JSON.stringify(content)}`;
    if (single_word) return `${name} with single_word`;
    if (seen.has(content)) return `${name} twice`;
    seen.add(content);
    const stored = Object.hasOwn(vocabulary, content) ? vocabulary[content] : undefined;
    if (id !== (stored ?? next)) {
      return `${name} with id ${id}, where the original gives it ${stored ?? next}`;
    }
    if (stored === undefined) next++;
  }
  return null;
}

/** What tokenizer_config.json says of added tokens, by id. */
export const addedDecoderSchema = z.record(
  z.string().regex(/^\d+$/),
  z.object({ content: z.string(), special: z.boolean().default(false) }).loose(),
);

/**
 * transformers lets tokenizer_config.json add tokens and decide which are special.
 * @throws FoveaError `unsupported_model` naming the first token of which the two files say something else
 */
export function refuseOtherTokens(
  { added_tokens }: TokenizerJson,
  decoder: z.output<typeof addedDecoderSchema>,
  where: string,
): void {
  const known = new Map(added_tokens.map((token) => [token.content, token]));
  for (const [id, { content, special }] of Object.entries(decoder)) {
    const own = known.get(content);
    const problem =
      own === undefined
        ? 'is not among those of tokenizer.json'
        : own.id !== Number(id)
          ? `has id ${id} here and ${own.id} in tokenizer.json`
          : own.special !== special
            ? 'is special in only one of tokenizer.json and tokenizer_config.json'
            : null;
    if (problem === null) continue;
    throw new FoveaError('unsupported_model', `the added token ${JSON.stringify(content)} ${problem}`, {
      where,
      next: 'Save the tokenizer once with AutoTokenizer.from_pretrained(folder).save_pretrained(folder)',
    });
  }
}

function idOf({ added_tokens, model }: TokenizerJson, token: string): number | undefined {
  const added = added_tokens.find(({ content }) => content === token);
  const vocabulary = vocabularyOf(model);
  return added?.id ?? (vocabulary && Object.hasOwn(vocabulary, token) ? vocabulary[token] : undefined);
}

function refusal(what: string, where: string): FoveaError {
  return new FoveaError('unsupported_model', `tokenizer.json has ${what}, which Fovea does not run exactly`, {
    where,
    next: 'Compare tokenizer.json with the published one',
  });
}
