/**
 * Which prompt a model's questions are asked with, as a name and a hash, so that labels made with another prompt can be
 * told from today's. Reads the small files only: no weights, and no tokenizer where config.json gives the picture's id.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { ModelFolders } from './adapter/base.ts';
import { wholeModel } from './adapter/base.ts';
import type { ChatTemplate } from './template/chat-template.ts';
import { readJson } from './files/json-file.ts';
import type { TowerPlaces } from './places.ts';
import type { PromptTokenizer } from './prompt.ts';
import { promptSource, promptText } from './prompt.ts';
import { isQwenConfig } from './qwen/config.ts';
import type { TeacherPrompt } from './qwen/teacher-prompt.ts';
import { BRIEFLY, teacherText } from './qwen/teacher-prompt.ts';
import { readPromptTokenizer } from './tokenizer/tokenizer.ts';

export const promptIdentitySchema = z.object({
  kind: z.enum(['vicuna_v1', 'chat_template', 'teacher_textual', 'teacher_natural']),
  /** Of the texts that a fixed question becomes; `[0-9a-f]{64}`. */
  sha256: z.string(),
});
export type PromptIdentity = z.output<typeof promptIdentitySchema>;

/** The prompts of one model folder. */
export interface ModelPrompts {
  /** What labelling asks with. @param teacher of the preset; LLaVA has no teacher's prompt, whatever a preset says */
  identity(teacher: TeacherPrompt | null): PromptIdentity;
  /**
   * Whether versions of Fovea that did not note the prompt of a run asked the very same. They took
   * `tokenizer_config.json`'s template first, and gave `vicuna_v1` the system line of another conversation.
   */
  readonly asBefore: boolean;
}

/** Two lines, and the sentence that the natural teacher's prompt replaces. */
const PROBE = `What is this?\n${BRIEFLY}`;
const BEFORE = ['tokenizer_config.json', 'chat_template.json', 'chat_template.jinja'];

const configSchema = z
  .object({
    image_token_index: z.number().int().nullish(),
    image_token_id: z.number().int().nullish(),
  })
  .loose();

/** @throws FoveaError `not_found`, `bad_checkpoint` when the folder's small files cannot be read or the template fails */
export async function readPrompts(folders: ModelFolders, places?: TowerPlaces): Promise<ModelPrompts> {
  const { dir } = await wholeModel(folders, places);
  const config = await readJson(join(dir, 'config.json'), configSchema);
  const imageTokenId = config.image_token_index ?? config.image_token_id ?? null;
  const tokenizer = await readPromptTokenizer(dir, imageTokenId === null);
  const qwen = isQwenConfig(config);
  return {
    identity: (teacher) => promptIdentity(tokenizer, imageTokenId, qwen ? teacher : null),
    asBefore:
      promptSource(tokenizer, imageTokenId) === 'chat_template' && templateAsBefore(tokenizer.chatTemplate),
  };
}

/** @throws FoveaError `bad_checkpoint` when the template fails */
export function promptIdentity(
  tokenizer: PromptTokenizer,
  imageTokenId: number | null,
  teacher: TeacherPrompt | null,
): PromptIdentity {
  const source = promptSource(tokenizer, imageTokenId);
  const template = tokenizer.chatTemplate?.text ?? '';
  // One that writes today's date is another text every day, and still the same prompt.
  const dated = source === 'chat_template' && template.includes('strftime_now');
  const texts = dated
    ? [template]
    : [
        promptText(tokenizer, imageTokenId, PROBE),
        ...(teacher === null ? [] : [teacherText(tokenizer, PROBE, teacher)]),
      ];
  const sha256 = createHash('sha256').update(JSON.stringify(texts)).digest('hex');
  return { kind: teacher === null ? source : `teacher_${teacher}`, sha256 };
}

function templateAsBefore(template: ChatTemplate | null): boolean {
  const then = BEFORE.find((file) => template?.files.includes(file));
  return then !== undefined && !template?.differing.includes(then);
}
