/**
 * The checkpoint's own tokenizer: `tokenizer.json` run by the Hugging Face library, plus the few facts of
 * `tokenizer_config.json` that decide special tokens, and the chat template that goes with them.
 */
import { counted } from '../../../src-shared/contract/counts.ts';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer as HfTokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { DecoderStep } from './byte-fallback.ts';
import { useExactByteFallback } from './byte-fallback.ts';
import type { ChatTemplate, TemplateTokens } from '../template/chat-template.ts';
import { readChatTemplate } from '../template/chat-template.ts';
import { readJsonIfThere } from '../files/json-file.ts';
import type { UnknownKey } from '../keys/check.ts';
import { checkKeys } from '../keys/check.ts';
import { TOKENIZER_KEYS } from '../keys/tokenizer.ts';
import { refuseOtherThanQwen2 } from './qwen2-class.ts';
import { rebuiltTokenizer } from './rebuilt.ts';
import type { RebuiltTokenizer } from './rebuilt.ts';
import { readTokenizerConfig, refuseNewTokens, refuseOtherAddedFile } from './special-tokens.ts';
import { slowTokenizer } from './slow.ts';
import {
  addedDecoderSchema,
  refuseOtherAdded,
  refuseOtherTokenizers,
  refuseOtherTokens,
  tokenizerSchema,
} from './guard.ts';
import { DISPUTED_SPACE, mendNormalizer, mendPreTokenizer } from './patches.ts';
import type { TextStep } from './patches.ts';
import { type Bounded, within } from '../files/within.ts';

/** The largest published ones are a seventh of it. */
const MAX_TOKENIZER_BYTES = 100_000_000;

const tokenSchema = z
  .union([z.string(), z.object({ content: z.string() }).transform((t) => t.content)])
  .nullish();
const TEMPLATE_TOKENS = ['bos_token', 'eos_token', 'pad_token', 'unk_token'] as const;
const configSchema = z
  .object({
    bos_token: tokenSchema,
    eos_token: tokenSchema,
    pad_token: tokenSchema,
    unk_token: tokenSchema,
    clean_up_tokenization_spaces: z.boolean().nullish(),
    added_tokens_decoder: addedDecoderSchema.nullish(),
    clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output: z.boolean().nullish(),
  })
  .loose();
const idsSchema = z.array(z.number().int().nonnegative());

/** How much a tokenizer may do. The file brings patterns of its own, and some take for ever on some texts. */
export interface TokenizerLimits {
  /** Characters of a text. */
  readonly chars: number;
  /** For a text, or ids to text. */
  readonly ms: number;
  /** For building it from its file; the largest published ones take half a second. */
  readonly buildMs: number;
}

export const TOKENIZER_LIMITS: TokenizerLimits = { chars: 1_000_000, ms: 10_000, buildMs: 60_000 };

/** Text to ids and back, with this checkpoint's special tokens. */
export interface Tokenizer {
  /**
   * Ids of a text as it stands: special tokens written in it are recognised, none are added.
   * Here and below FoveaError `bad_checkpoint` where the file turns out to be wrong in use, and `bad_input` for a text
   * that is too long or takes too long.
   */
  encode(text: string): number[];
  /** As {@link encode}, with what the tokenizer adds itself (BOS for LLaMA). */
  encodeWithSpecial(text: string): number[];
  /** Text of ids, special tokens left out, outer white space trimmed. */
  decode(ids: readonly number[]): string;
  /** The id of a token, or null when the vocabulary has none. */
  idOf(token: string): number | null;
  /** The token of an id as the vocabulary writes it, or null when there is none. */
  tokenOf(id: number): string | null;
  readonly bosToken: string | null;
  readonly eosToken: string | null;
  /** The Jinja chat template, or null when the checkpoint has none. */
  readonly chatTemplate: ChatTemplate | null;
  /** The special tokens a template may write. */
  readonly templateTokens: TemplateTokens;
  /** Keys of tokenizer_config.json that Fovea knows nothing of. */
  readonly unknownKeys: readonly UnknownKey[];
  /** What transformers 5 may make of the same files; null: the same. */
  readonly rebuilt: RebuiltTokenizer | null;
}

/**
 * @throws FoveaError `bad_checkpoint` when tokenizer.json is missing or is not one the library can run,
 *   `unsupported_model` for a key of tokenizer_config.json that would change ids and is not obeyed.
 */
export async function readTokenizer(
  dir: string,
  family: 'llava' | 'qwen2_5_vl' = 'llava',
  limits: TokenizerLimits = TOKENIZER_LIMITS,
): Promise<Tokenizer> {
  const path = join(dir, 'tokenizer.json');
  const json =
    (await readJsonIfThere(path, tokenizerSchema, { maxBytes: MAX_TOKENIZER_BYTES })) ??
    (await slowTokenizer(dir));
  if (!json) throw await noTokenizer(dir, path);
  const configPath = join(dir, 'tokenizer_config.json');
  const config = await readTokenizerConfig(dir, configSchema);
  const unknownKeys = checkKeys(config, TOKENIZER_KEYS, { path: configPath });
  refuseOtherTokenizers(json, path);
  if (config.added_tokens_decoder) {
    refuseOtherTokens(json, config.added_tokens_decoder, join(dir, 'tokenizer_config.json'));
  }
  refuseNewTokens(config, json, configPath);
  if (family === 'qwen2_5_vl') refuseOtherThanQwen2(json, config.tokenizer_class, path);
  if (!config.added_tokens_decoder) await refuseOtherAddedFile(dir, json);
  const strips = json.added_tokens.some(({ lstrip, rstrip }) => lstrip || rstrip);
  const bounds = { where: path, next: NEXT } as const;
  const building = {
    ...bounds,
    what: 'building the tokenizer',
    ms: limits.buildMs,
    code: 'bad_checkpoint',
  } as const;
  // The library believes the file: what is wrong with it may show only when it is used.
  const guarded = <T>(bounded: Bounded, use: () => T): T => {
    try {
      return within(bounded, use);
    } catch (error) {
      throw error instanceof FoveaError ? error : unusable(path, error);
    }
  };
  const hf = guarded(building, () => {
    const built = new HfTokenizer(json, {
      ...config,
      clean_up_tokenization_spaces: tidies(json.model.type, config),
    });
    useExactByteFallback(built.decoder as DecoderStep | null);
    mendNormalizer(built.normalizer as TextStep | null);
    mendPreTokenizer(built.pre_tokenizer as TextStep | null);
    refuseOtherAdded(json, wordCount(built), path);
    return built;
  });
  const tokenizing = { ...bounds, what: 'tokenizing the text', ms: limits.ms, code: 'bad_input' } as const;
  const reading = { ...tokenizing, what: 'making text of the answer' } as const;
  const encode = (text: string, special: boolean): number[] => {
    if (text.length > limits.chars) throw tooLong(text.length, limits.chars);
    if (strips && DISPUTED_SPACE.test(text)) throw disputedSpace();
    return guarded(tokenizing, () => idsSchema.parse(hf.encode(text, { add_special_tokens: special }).ids));
  };
  // Models have more rows than there are tokens; as in the reference, an id of no token has no text.
  const known = (ids: readonly number[]): number[] => ids.filter((id) => hf.id_to_token(id) !== undefined);
  return {
    encode: (text) => encode(text, false),
    encodeWithSpecial: (text) => encode(text, true),
    decode: (ids) => {
      const tokens = known(ids);
      if (tokens.length === 0) return '';
      return guarded(reading, () => hf.decode(tokens, { skip_special_tokens: true }).trim());
    },
    idOf: (token) => hf.token_to_id(token) ?? null,
    tokenOf: (id) => hf.id_to_token(id) ?? null,
    bosToken: config.bos_token ?? null,
    eosToken: config.eos_token ?? null,
    unknownKeys,
    rebuilt: rebuiltTokenizer(json, config),
    chatTemplate: await readChatTemplate(dir),
    templateTokens: templateTokens(config),
  };
}

/** Tokens of the loaded tokenizer, added ones among them. */
function wordCount(hf: HfTokenizer): number {
  return (hf.model as { readonly tokens_to_ids: ReadonlyMap<string, number> }).tokens_to_ids.size;
}

/**
 * Whether spaces before punctuation are taken out of an answer. As in transformers 5.24: only where the file asks for it,
 * and never for BPE, whose spaces are meant, unless it insists by the long name. (4.37 to 5.0 obeyed it for BPE too.)
 */
function tidies(model: string, config: z.output<typeof configSchema>): boolean {
  const insists = config.clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output ?? false;
  return (config.clean_up_tokenization_spaces ?? false) && (model !== 'BPE' || insists);
}

const NEXT = 'Shorten the text, or compare the patterns of tokenizer.json with the published ones';

function tooLong(chars: number, limit: number): FoveaError {
  return new FoveaError(
    'bad_input',
    `the text has ${counted(chars, 'character')}, above the ${limit} a prompt can have`,
    {
      next: 'Shorten the question or the answer',
    },
  );
}

function disputedSpace(): FoveaError {
  const what =
    'the text holds U+0085 or U+FEFF, which this tokenizer would treat otherwise than the original does';
  return new FoveaError('bad_input', what, { next: 'Take the invisible character out of the question' });
}

/**
 * What the text of a prompt depends on, without the vocabulary.
 * @param imageToken whether it has to be known that the vocabulary has `<image>`; then the whole tokenizer is read
 *   where there is a template
 * @throws FoveaError `bad_checkpoint`
 */
export async function readPromptTokenizer(
  dir: string,
  imageToken: boolean,
): Promise<Pick<Tokenizer, 'chatTemplate' | 'templateTokens' | 'idOf'>> {
  const chatTemplate = await readChatTemplate(dir);
  if (imageToken && chatTemplate !== null) return readTokenizer(dir);
  const config = (await readJsonIfThere(join(dir, 'tokenizer_config.json'), configSchema)) ?? {};
  return { chatTemplate, templateTokens: templateTokens(config), idOf: () => null };
}

function templateTokens(config: z.output<typeof configSchema>): TemplateTokens {
  return Object.fromEntries(TEMPLATE_TOKENS.flatMap((name) => (config[name] ? [[name, config[name]]] : [])));
}

function unusable(path: string, error: unknown): FoveaError {
  return new FoveaError('bad_checkpoint', `tokenizer.json cannot be used: ${(error as Error).message}`, {
    where: path,
    next: 'Download this file again',
    cause: error,
  });
}

/** LLaVA's original repositories carry only the SentencePiece model, which the library does not read. */
async function noTokenizer(dir: string, path: string): Promise<FoveaError> {
  const sentencePiece = await access(join(dir, 'tokenizer.model')).then(
    () => true,
    () => false,
  );
  return new FoveaError('bad_checkpoint', 'tokenizer.json is missing', {
    where: path,
    next: sentencePiece
      ? 'There is a tokenizer.model: convert it once with AutoTokenizer.from_pretrained(folder).save_pretrained(folder)'
      : 'Download the checkpoint folder again',
  });
}
