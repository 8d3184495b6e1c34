/**
 * Which parts of a tokenizer.json LLaMA's tokenizer classes of transformers 5 replace by their own when they load it
 * (5.0.0 to 5.24.0, `LlamaTokenizer.__init__`): they keep the vocabulary and its merges, and `legacy` of
 * tokenizer_config.json decides where a space is put in front. transformers 4 and Fovea take every part as it stands.
 */
import { isDeepStrictEqual } from 'node:util';

const LLAMA = /^(Code)?LlamaTokenizer(Fast)?$/;
const SPACE = '▁';

const DECODER = {
  type: 'Sequence',
  decoders: [
    { type: 'Replace', pattern: { String: SPACE }, content: ' ' },
    { type: 'ByteFallback' },
    { type: 'Fuse' },
    { type: 'Strip', content: ' ', start: 1, stop: 0 },
  ],
};

interface Part {
  readonly type: string;
  readonly [option: string]: unknown;
}

/** A tokenizer that another reader makes out of the same files. */
export interface RebuiltTokenizer {
  /** As tokenizer_config.json names it. */
  readonly className: string;
  /** Parts of tokenizer.json that are not obeyed there, `normalizer`. */
  readonly parts: readonly string[];
}

/**
 * @param json tokenizer.json
 * @param config tokenizer_config.json
 * @returns null where those classes would build the same tokenizer, or the config names another class
 */
export function rebuiltTokenizer(
  json: {
    readonly model: Part;
    readonly normalizer?: Part | null | undefined;
    readonly pre_tokenizer?: Part | null | undefined;
    readonly decoder?: Part | null | undefined;
  },
  config: Readonly<Record<string, unknown>>,
): RebuiltTokenizer | null {
  const { tokenizer_class: className, legacy } = config;
  if (typeof className !== 'string' || !LLAMA.test(className)) return null;
  const scheme = legacy === true && !className.startsWith('Code') ? 'always' : 'first';
  const { model, normalizer, pre_tokenizer: pre, decoder } = json;
  const spaces =
    pre?.type === 'Metaspace' &&
    (pre.replacement ?? SPACE) === SPACE &&
    pre.prepend_scheme === scheme &&
    pre.split === false;
  const parts = [
    ...(normalizer ? ['normalizer'] : []),
    ...(spaces ? [] : ['pre_tokenizer']),
    ...(isDeepStrictEqual(decoder, DECODER) ? [] : ['decoder']),
    ...(model.fuse_unk === true && model.byte_fallback === true && model.ignore_merges !== true
      ? []
      : ['model']),
  ];
  return parts.length === 0 ? null : { className, parts };
}
