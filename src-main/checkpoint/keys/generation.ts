/**
 * Keys that say how transformers generates. They stand in `generation_config.json`, and files of before 4.26 (and models
 * without that file) have them in config.json. Fovea decodes greedily (METHOD §1), so what only sampling or beams read is
 * harmless; what changes a greedy answer is obeyed or refused.
 */
import type { KeyTable } from './rule.ts';
import { each, harmless, implemented, refused } from './rule.ts';

const GREEDY = 'the method decodes greedily, and only sampling reads it';
const BEAMS = 'only beam search reads it';
const ASSISTED = 'assisted decoding gives the same greedy answer';
const OUTPUT = 'says what else is returned';
const SPEED = 'says how the computation is arranged';

/** What turns logits or the search itself round, with the values that change nothing. */
const CHANGES_ANSWERS: KeyTable = {
  num_beams: refused('beam search gives other answers than greedy decoding', 1),
  num_beam_groups: refused('beam search gives other answers than greedy decoding', 1),
  num_return_sequences: refused('one answer is given', 1),
  penalty_alpha: refused('contrastive search gives other answers than greedy decoding', 0),
  dola_layers: refused('DoLa changes the logits'),
  guidance_scale: refused('guidance changes the logits', 1),
  no_repeat_ngram_size: refused('it forbids tokens', 0),
  encoder_no_repeat_ngram_size: refused('it forbids tokens of the prompt', 0),
  encoder_repetition_penalty: refused('it changes the logits of tokens of the prompt', 1),
  bad_words_ids: refused('it forbids tokens'),
  suppress_tokens: refused('it forbids tokens', []),
  begin_suppress_tokens: refused('it forbids tokens at the start', []),
  forced_bos_token_id: refused('it forces a token'),
  forced_eos_token_id: refused('it forces a token'),
  forced_decoder_ids: refused('it forces tokens'),
  force_words_ids: refused('it forces tokens'),
  constraints: refused('it constrains the answer'),
  sequence_bias: refused('it changes the logits'),
  exponential_decay_length_penalty: refused('it changes the logits of the end token'),
  min_length: refused('it forbids an early end', 0),
  min_new_tokens: refused('it forbids an early end', 0),
  stop_strings: refused('it ends answers'),
  max_time: refused('it ends answers by the clock'),
  token_healing: refused('it changes the end of the prompt', false),
  watermarking_config: refused('it changes the logits'),
  custom_generate: refused('it replaces the decoding'),
  cache_implementation: refused(
    'a quantised cache changes numbers',
    'dynamic',
    'dynamic_full',
    'static',
    'offloaded',
    'offloaded_static',
    'hybrid',
  ),
};

const GENERATION_ONLY: KeyTable = {
  ...CHANGES_ANSWERS,
  ...each(
    [
      'do_sample',
      'temperature',
      'top_k',
      'top_p',
      'top_h',
      'min_p',
      'typical_p',
      'epsilon_cutoff',
      'eta_cutoff',
    ],
    harmless(GREEDY),
  ),
  ...each(['length_penalty', 'early_stopping', 'diversity_penalty', 'low_memory'], harmless(BEAMS)),
  ...each(
    [
      'assistant_confidence_threshold',
      'assistant_early_exit',
      'assistant_ensemble_weight',
      'assistant_lookbehind',
      'is_assistant',
      'max_matching_ngram_size',
      'num_assistant_tokens',
      'num_assistant_tokens_schedule',
      'prompt_lookup_num_tokens',
      'speculation_type',
      'target_lookbehind',
      'use_mtp',
    ],
    harmless(ASSISTED),
  ),
  ...each(
    [
      'cache_config',
      'compile_config',
      'continuous_batching_config',
      'disable_compile',
      'max_cache_len',
      'prefill_chunk_size',
    ],
    harmless(SPEED),
  ),
  max_length: harmless('the method sets how many tokens an answer may have'),
  max_new_tokens: harmless('the method sets how many tokens an answer may have'),
  renormalize_logits: harmless('it keeps the order of the logits'),
  remove_invalid_values: harmless('it only replaces NaN and infinity'),
  ...each(
    ['output_logits', 'output_scores', 'return_dict_in_generate', 'return_legacy_cache'],
    harmless(OUTPUT),
  ),
  generation_kwargs: refused('what it passes on is not known', {}),
};

/** `generation_config.json`. */
export const GENERATION_KEYS: KeyTable = {
  eos_token_id: implemented(),
  repetition_penalty: implemented(),
  ...GENERATION_ONLY,
  bos_token_id: implemented('only the repetition penalty of the original layout counts it as said'),
  decoder_start_token_id: harmless('decoding starts from the prompt'),
  pad_token_id: harmless('one prompt is run at a time, without padding'),
  use_cache: harmless(SPEED),
  output_attentions: harmless(OUTPUT),
  output_hidden_states: harmless(OUTPUT),
  transformers_version: harmless('says who wrote the file'),
  _from_model_config: harmless('says who wrote the file'),
};

/** The same keys where they stand in config.json: what Fovea obeys, it reads from `generation_config.json` only. */
export const GENERATION_IN_CONFIG: KeyTable = {
  ...GENERATION_ONLY,
  repetition_penalty: refused('Fovea reads it from generation_config.json', 1),
};

/** The same keys in the config of a part that generates nothing. */
export const GENERATION_IN_VISION: KeyTable = each(
  [...Object.keys(GENERATION_ONLY), 'repetition_penalty'],
  harmless('a vision tower generates nothing'),
);
