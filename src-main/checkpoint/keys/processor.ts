/** Keys of the image processor: `image_processor` of processor_config.json, or preprocessor_config.json. */
import type { KeyTable } from './rule.ts';
import { each, harmless, implemented, nested, only, onlyTrue, refused, refusedUnless } from './rule.ts';

const ANY: KeyTable = {
  ...each(
    ['processor_class', '_processor_class', 'auto_map', '_valid_processor_keys', 'transformers_version'],
    harmless('says who reads the file'),
  ),
  ...each(
    ['data_format', 'input_data_format', 'return_tensors', 'device', 'disable_grouping'],
    harmless('says how arrays are handed on'),
  ),
  default_to_square: refusedUnless('a size of one number would be a square', {
    values: [false],
    also: {
      words: 'beside a size with names',
      holds: (_, { size }) => typeof size !== 'number',
    },
  }),
  ...each(['resample', 'rescale_factor', 'image_mean', 'image_std'], implemented()),
  do_resize: onlyTrue(),
  do_rescale: onlyTrue(),
  do_normalize: onlyTrue(),
  do_convert_rgb: only([true]),
  pad_size: refused('pictures would be padded'),
  image_seq_length: harmless("the tower's grid says how many tokens a picture has"),
};

/** CLIP's, and LLaVA's own that pads. */
export const CLIP_PROCESSOR_KEYS: KeyTable = {
  ...ANY,
  image_processor_type: only(namesOf('CLIP', 'Llava')),
  feature_extractor_type: only(['CLIPFeatureExtractor']),
  size: implemented(),
  crop_size: implemented(),
  do_center_crop: implemented(),
  do_pad: implemented(),
};

/** Qwen2.5-VL's, which is Qwen2-VL's. */
export const QWEN_PROCESSOR_KEYS: KeyTable = {
  ...ANY,
  image_processor_type: only(namesOf('Qwen2VL', 'Qwen2_5_VL')),
  ...each(
    ['size', 'min_pixels', 'max_pixels', 'patch_size', 'temporal_patch_size', 'merge_size'],
    implemented(),
  ),
  do_center_crop: refused('pictures would be cut', false),
  do_pad: refused('pictures would be padded', false),
  crop_size: harmless('only do_center_crop reads it'),
};

/** The names a processor has had: written for PIL, for torchvision, and for either. */
function namesOf(...families: string[]): string[] {
  return families.flatMap((family) => ['', 'Fast', 'Pil'].map((kind) => `${family}ImageProcessor${kind}`));
}

const PROCESSOR: KeyTable = {
  ...each(['processor_class', 'auto_map', 'transformers_version'], harmless('says who reads the file')),
  chat_template: implemented('read with the tokenizer'),
  tokenizer: harmless('tokenizer.json and tokenizer_config.json are read'),
  video_processor: harmless('films are not read'),
  image_token: harmless('config.json and the chat template say where a picture stands'),
  image_token_id: harmless('config.json says where a picture stands'),
  video_token: harmless('films are not read'),
};

/** `processor_config.json` of llava-hf. */
export const LLAVA_PROCESSOR_FILE_KEYS: KeyTable = {
  ...PROCESSOR,
  image_processor: nested(CLIP_PROCESSOR_KEYS),
  patch_size: implemented(),
  vision_feature_select_strategy: implemented(
    'with the key below: they must count as many tokens as the encoder gives',
  ),
  num_additional_image_tokens: implemented('must count as many tokens as the encoder gives'),
  image_seq_length: harmless("the tower's grid says how many tokens a picture has"),
};

/** `processor_config.json` of Qwen2.5-VL. */
export const QWEN_PROCESSOR_FILE_KEYS: KeyTable = {
  ...PROCESSOR,
  image_processor: nested(QWEN_PROCESSOR_KEYS),
};
