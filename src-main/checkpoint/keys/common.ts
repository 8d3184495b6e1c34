/** Keys that every configuration class of transformers writes, whatever the model. */
import type { KeyTable } from './rule.ts';
import { each, harmless, implemented, refused, refusedUnless } from './rule.ts';

/** Keys of `PretrainedConfig` that no model here reads, or that say how it is run and not what is computed. */
export const ANY_CONFIG: KeyTable = {
  ...each(
    [
      '_name_or_path',
      'name_or_path',
      'transformers_version',
      '_commit_hash',
      '_from_model_config',
      'id2label',
      'label2id',
      'num_labels',
      'finetuning_task',
      'task_specific_params',
      'problem_type',
      'tokenizer_class',
      'prefix',
      'auto_map',
      '_auto_class',
      'unsloth_version',
      'unsloth_fixed',
    ],
    harmless('says where the file comes from or what it is used for'),
  ),
  ...each(
    [
      '_attn_implementation',
      '_attn_implementation_autoset',
      '_attn_implementation_internal',
      'attn_implementation',
      '_experts_implementation',
      'use_cache',
      'torchscript',
      'use_bfloat16',
      'tf_legacy_loss',
      'output_attentions',
      'output_hidden_states',
      'return_dict',
      'chunk_size_feed_forward',
      'gradient_checkpointing',
    ],
    harmless('says how the computation is arranged, or what else is returned'),
  ),
  ...each(
    ['torch_dtype', 'dtype', '_pre_quantization_dtype'],
    harmless('weights are read in the type they are stored in, and computed in float32'),
  ),
  ...each(
    [
      'initializer_range',
      'initializer_factor',
      'attention_dropout',
      'hidden_dropout',
      'dropout',
      'ignore_index',
    ],
    harmless('only training reads it'),
  ),
  ...each(
    ['add_cross_attention', 'cross_attention_hidden_size', 'is_decoder', 'tie_encoder_decoder'],
    harmless('only models with encoder and decoder read it'),
  ),
  ...each(
    ['pad_token_id', 'sep_token_id', 'decoder_start_token_id'],
    harmless('one prompt is run at a time, without padding'),
  ),
  is_encoder_decoder: refused('the model would be another one', false),
  pruned_heads: refused('heads would be missing', {}),
  quantization_config: implemented('packed/config.ts says what of it is run'),
  // transformers 4.57.6 to 5.24 load what it names; 4.51 and older know nothing of it.
  transformers_weights: refusedUnless(
    'newer transformers would read the weights of that file, older ones those of model.safetensors',
    { values: ['model.safetensors'] },
    'Make a folder in which that file is model.safetensors (an index: model.safetensors.index.json, and no other file), and take the key out of config.json',
  ),
  compression_config: refused('the weights are packed in a form that Fovea does not read'),
};
