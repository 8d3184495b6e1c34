/**
 * Small differences of the JavaScript tokenizer from the original, mended in the steps it has built: small letters are
 * made one by one in Rust, so that Σ is σ also at a word's end; BERT's ideographs are not all in the first plane; white
 * space is Unicode's (with U+0085, without U+FEFF), which JavaScript's `\s` is not.
 */

/** A step of the library, as far as it is touched here; a `Sequence` has more of them inside. */
export interface TextStep {
  readonly config?: {
    readonly type?: string;
    readonly lowercase?: boolean;
    readonly handle_chinese_chars?: boolean;
  };
  readonly normalizers?: readonly (TextStep | null)[];
  readonly tokenizers?: readonly (TextStep | null)[];
  normalize?(text: string): string;
  pattern?: unknown;
}

/** GPT-2's pattern (ByteLevel with `use_regex`) on Unicode's white space. */
const WORDS =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/** Ideographs beyond U+FFFF that BERT sets apart (its own list); the library looks at halves of them. */
const RARE_IDEOGRAPH =
  /[\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu;

/** Mends a normalizer in place. */
export function mendNormalizer(step: TextStep | null): void {
  for (const inner of step?.normalizers ?? []) mendNormalizer(inner);
  const { type, lowercase, handle_chinese_chars: apart } = step?.config ?? {};
  if (!step?.normalize || (type !== 'Lowercase' && type !== 'BertNormalizer')) return;
  const normalize = step.normalize.bind(step);
  step.normalize = (text) => {
    const small = type === 'Lowercase' || lowercase === true ? text.replaceAll('Σ', 'σ') : text;
    return normalize(apart === true ? small.replace(RARE_IDEOGRAPH, ' $& ') : small);
  };
}

/** Mends a pre-tokenizer in place. */
export function mendPreTokenizer(step: TextStep | null): void {
  for (const inner of step?.tokenizers ?? []) mendPreTokenizer(inner);
  if (step?.config?.type === 'ByteLevel') step.pattern = WORDS;
}

/** Characters that are white space in only one of the two, where an added token takes the white space beside it. */
export const DISPUTED_SPACE = /[\u0085\ufeff]/;
