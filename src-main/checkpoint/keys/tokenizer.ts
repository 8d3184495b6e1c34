/** Keys of `tokenizer_config.json`. What a text's ids are stands in tokenizer.json, which is run as it is. */
import type { JsonObject, KeyRule, KeyTable } from './rule.ts';
import { each, harmless, implemented, only, refused, refusedUnless } from './rule.ts';

const TEXT_ONLY = harmless('one whole text is tokenised at a time, and nothing is cut off or filled up');

/** Right for one kind of tokenizer and wrong for the other: Qwen's texts begin with nothing, LLaMA's with BOS and a space. */
function beginsWith(because: string): KeyRule {
  return refusedUnless(because, {
    values: [],
    also: {
      words: 'as the tokenizer’s kind has it (false for Qwen2, true for LLaMA)',
      holds: (value, beside) => value === !isQwen(beside),
    },
  });
}

function isQwen({ tokenizer_class: kind }: JsonObject): boolean {
  return typeof kind === 'string' && kind.startsWith('Qwen');
}

export const TOKENIZER_KEYS: KeyTable = {
  ...each(
    ['bos_token', 'eos_token', 'unk_token', 'pad_token', 'chat_template'],
    implemented('must be tokens of tokenizer.json'),
  ),
  ...each(
    [
      'additional_special_tokens',
      'extra_special_tokens',
      'added_tokens_decoder',
      'image_token',
      'video_token',
      'vision_bos_token',
      'vision_eos_token',
      'cls_token',
      'sep_token',
      'mask_token',
    ],
    implemented('must be tokens of tokenizer.json'),
  ),
  chat_template: implemented('the processor’s comes first'),
  tokenizer_class: only([
    'LlamaTokenizer',
    'LlamaTokenizerFast',
    'CodeLlamaTokenizer',
    'Qwen2Tokenizer',
    'Qwen2TokenizerFast',
    'PreTrainedTokenizer',
    'PreTrainedTokenizerFast',
    'TokenizersBackend',
  ]),
  add_bos_token: beginsWith('texts would begin otherwise'),
  add_prefix_space: beginsWith('texts would begin otherwise'),
  add_eos_token: refused('an end token would stand behind the prompt', false),
  split_special_tokens: refused('marks of pictures and roles would be read as text', false),
  do_lower_case: refused('texts would lose their capitals', false),
  clean_up_tokenization_spaces: implemented(
    'transformers 5 leaves the text of BPE tokenizers as it is all the same',
  ),
  clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output: implemented(),
  ...each(
    [
      'model_max_length',
      'max_length',
      'padding_side',
      'truncation_side',
      'truncation_strategy',
      'stride',
      'pad_to_multiple_of',
      'pad_token_type_id',
      'padding',
      'truncation',
      'max_pixels',
      'min_pixels',
    ],
    TEXT_ONLY,
  ),
  ...each(
    [
      'legacy',
      'from_slow',
      'sp_model_kwargs',
      'use_default_system_prompt',
      'spaces_between_special_tokens',
      'errors',
      'use_fast',
      'backend',
    ],
    harmless('only the tokenizer that is built without tokenizer.json reads it'),
  ),
  ...each(
    [
      'processor_class',
      'is_local',
      'local_files_only',
      'trust_remote_code',
      'auto_map',
      'name_or_path',
      'special_tokens_map_file',
      'tokenizer_file',
      'model_input_names',
      'verbose',
      'device_map',
      'model_specific_special_tokens',
      'mergeable_ranks',
      'init_kwargs',
      'response_schema',
    ],
    harmless('says where the file comes from or who reads it'),
  ),
};
