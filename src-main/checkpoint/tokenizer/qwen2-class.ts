/**
 * The class `Qwen2Tokenizer` as transformers 5 builds it (5.24): of a tokenizer.json it takes vocabulary, merges,
 * post-processor and added tokens, and makes normalizer, pre-tokenizer and the model's switches itself. transformers 4
 * takes the file as it is. Where the two would cut texts otherwise the file is refused.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';

/** Of the published Qwen2 tokenizers and of both generations of the class. */
const PATTERN =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** What a text goes through before its words are looked up, as tokenizer.json writes it. */
export function qwen2Parts(addPrefixSpace: boolean): {
  readonly normalizer: Part;
  readonly pre_tokenizer: Part & { readonly pretokenizers: readonly Part[] };
} {
  return {
    normalizer: { type: 'NFC' },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: PATTERN }, behavior: 'Isolated', invert: false },
        { type: 'ByteLevel', add_prefix_space: addPrefixSpace, use_regex: false },
      ],
    },
  };
}

type Part = Readonly<Record<string, unknown>> & { readonly type: string };
type Parts = Readonly<Record<'normalizer' | 'pre_tokenizer' | 'model', unknown>>;

/**
 * @param kind `tokenizer_class` of tokenizer_config.json; a folder of Qwen2.5-VL without one gets this class too
 * @throws FoveaError `unsupported_model` naming the part of tokenizer.json that the class would replace by another
 */
export function refuseOtherThanQwen2(json: Partial<Parts>, kind: unknown, where: string): void {
  if (kind !== undefined && kind !== null && !/^Qwen2Tokenizer(Fast)?$/.test(String(kind))) return;
  const { normalizer, pre_tokenizer } = qwen2Parts(false);
  const other = !holds(json.normalizer, normalizer)
    ? 'normalizer'
    : !holds(json.pre_tokenizer, pre_tokenizer)
      ? 'pre_tokenizer'
      : !holds({ ignore_merges: false, ...asObject(json.model) }, { ignore_merges: false })
        ? 'model with ignore_merges'
        : null;
  if (other === null) return;
  throw new FoveaError(
    'unsupported_model',
    `tokenizer.json has a ${other} that is not Qwen2Tokenizer's, which transformers 4 obeys and transformers 5 replaces`,
    {
      where,
      next: 'Compare tokenizer.json with the published one, or name the class PreTrainedTokenizerFast in tokenizer_config.json, which both take as it is',
    },
  );
}

/** Whether a part says all that `wanted` says; what it says besides changes no ids (offsets). */
function holds(part: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(part) && part.length === wanted.length && wanted.every((one, i) => holds(part[i], one))
    );
  }
  if (typeof wanted !== 'object' || wanted === null) return part === wanted;
  const own = asObject(part);
  return Object.entries(wanted).every(([key, value]) => holds(own[key], value));
}

function asObject(part: unknown): Readonly<Record<string, unknown>> {
  return typeof part === 'object' && part !== null ? (part as Record<string, unknown>) : {};
}
