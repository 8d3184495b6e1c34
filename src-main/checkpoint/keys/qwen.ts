/** Keys of config.json of Qwen2.5-VL: published files are flat, newer ones have a `text_config`. */
import { ANY_CONFIG } from './common.ts';
import { QWEN_TEXT_KEYS } from './decoder.ts';
import { GENERATION_IN_CONFIG } from './generation.ts';
import { QWEN_RPN_KEYS } from './rpn.ts';
import type { KeyTable } from './rule.ts';
import { each, harmless, implemented, nested } from './rule.ts';
import { QWEN_VISION_KEYS } from './vision.ts';

const TOP: KeyTable = {
  ...QWEN_RPN_KEYS,
  architectures: implemented('the first one says how the model is read'),
  model_type: implemented('where architectures does not say'),
  vision_config: nested(QWEN_VISION_KEYS),
  image_token_id: implemented(),
  tie_word_embeddings: implemented(),
  video_token_id: harmless('films are not read'),
  vision_start_token_id: harmless("the chat template writes the picture's marks"),
  vision_end_token_id: harmless("the chat template writes the picture's marks"),
  vision_token_id: harmless('no picture is put there'),
};

/** With the decoder's keys at the top level. */
export const QWEN_FLAT_KEYS: KeyTable = { ...QWEN_TEXT_KEYS, ...TOP };

/** With the decoder's keys in `text_config`; copies of them at the top level are read by nobody. */
export const QWEN_NESTED_KEYS: KeyTable = {
  ...each(Object.keys(QWEN_TEXT_KEYS), harmless("text_config's counts")),
  ...ANY_CONFIG,
  ...GENERATION_IN_CONFIG,
  text_config: nested(QWEN_TEXT_KEYS),
  eos_token_id: implemented('used where there is no generation_config.json'),
  bos_token_id: harmless('the tokenizer says what a prompt begins with'),
  ...TOP,
};
