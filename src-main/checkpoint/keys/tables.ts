/** Every table of keys with the file and family it is for: what docs/config-keys.md is made of, and what tests walk. */
import { ANY_CONFIG } from './common.ts';
import { LLAMA_KEYS, QWEN_TEXT_KEYS } from './decoder.ts';
import { GENERATION_IN_CONFIG, GENERATION_IN_VISION, GENERATION_KEYS } from './generation.ts';
import { LLAVA_HF_KEYS, LLAVA_ORIGINAL_KEYS } from './llava.ts';
import {
  CLIP_PROCESSOR_KEYS,
  LLAVA_PROCESSOR_FILE_KEYS,
  QWEN_PROCESSOR_FILE_KEYS,
  QWEN_PROCESSOR_KEYS,
} from './processor.ts';
import { QWEN_FLAT_KEYS, QWEN_NESTED_KEYS } from './qwen.ts';
import type { KeyTable } from './rule.ts';
import { TOKENIZER_KEYS } from './tokenizer.ts';
import { CLIP_KEYS, CLIP_VISION_KEYS, QWEN_VISION_KEYS } from './vision.ts';

export interface NamedTable {
  readonly id: string;
  readonly title: string;
  readonly table: KeyTable;
}

export const KEY_TABLES: readonly NamedTable[] = [
  { id: 'llava-original', title: 'LLaVA, original layout: config.json', table: LLAVA_ORIGINAL_KEYS },
  { id: 'llava', title: 'llava-hf: config.json', table: LLAVA_HF_KEYS },
  { id: 'llava.text_config', title: 'llava-hf: text_config of config.json', table: LLAMA_KEYS },
  {
    id: 'llava.vision_config',
    title: 'llava-hf: vision_config of config.json; config.json of a vision tower in its own folder',
    table: CLIP_VISION_KEYS,
  },
  { id: 'clip', title: 'A whole CLIP as a vision tower: config.json', table: CLIP_KEYS },
  { id: 'qwen-flat', title: 'Qwen2.5-VL without text_config: config.json', table: QWEN_FLAT_KEYS },
  { id: 'qwen', title: 'Qwen2.5-VL with text_config: config.json', table: QWEN_NESTED_KEYS },
  { id: 'qwen.text_config', title: 'Qwen2.5-VL: text_config of config.json', table: QWEN_TEXT_KEYS },
  { id: 'qwen.vision_config', title: 'Qwen2.5-VL: vision_config of config.json', table: QWEN_VISION_KEYS },
  { id: 'generation', title: 'generation_config.json', table: GENERATION_KEYS },
  {
    id: 'clip-processor',
    title: 'LLaVA: image_processor of processor_config.json, or preprocessor_config.json',
    table: CLIP_PROCESSOR_KEYS,
  },
  { id: 'llava-processor-file', title: 'LLaVA: processor_config.json', table: LLAVA_PROCESSOR_FILE_KEYS },
  {
    id: 'qwen-processor',
    title: 'Qwen2.5-VL: image_processor of processor_config.json, or preprocessor_config.json',
    table: QWEN_PROCESSOR_KEYS,
  },
  { id: 'qwen-processor-file', title: 'Qwen2.5-VL: processor_config.json', table: QWEN_PROCESSOR_FILE_KEYS },
  { id: 'tokenizer', title: 'tokenizer_config.json', table: TOKENIZER_KEYS },
];

/** Parts of these tables that several of them take over as they are. */
export const SHARED_TABLES: readonly NamedTable[] = [
  { id: 'any', title: 'Keys of every config.json', table: ANY_CONFIG },
  { id: 'generation-in-config', title: 'Generation settings in config.json', table: GENERATION_IN_CONFIG },
  {
    id: 'generation-in-vision',
    title: 'Generation settings in the config of a vision tower',
    table: GENERATION_IN_VISION,
  },
];
