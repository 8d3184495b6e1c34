/**
 * A question becomes the prompt the model was trained on: the checkpoint's own chat template when it has one, else
 * LLaVA-1.5's `vicuna_v1` conversation. The picture's place is one `<image>` token in the ids; the pipeline puts the
 * visual tokens there.
 */
import { Template } from '@huggingface/jinja';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Tokenizer } from './tokenizer.ts';

export const IMAGE_TOKEN = '<image>';

/**
 * System line of the conversation `vicuna_v1` (the authors' LLaVA/llava/conversation.py; their labelling, training and
 * evaluation name it). `llava_v1` is another one, with a "human" in it.
 */
const VICUNA_SYSTEM =
  "A chat between a curious user and an artificial intelligence assistant. The assistant gives helpful, detailed, and polite answers to the user's questions.";

/** Ids around the picture: the prompt is `before`, the visual tokens, `after`. */
export interface PromptIds {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/**
 * @param question as the person asked it; an `<image>` line it starts with (LLaVA's JSON has one) is dropped.
 * @throws FoveaError `bad_input` when the question itself contains `<image>`, `bad_checkpoint` when the template fails
 *   or leaves no place for the picture.
 */
export function buildPrompt(tokenizer: Tokenizer, imageTokenId: number | null, question: string): PromptIds {
  const asked = plainQuestion(question);
  const placeholder = imageTokenId ?? tokenizer.idOf(IMAGE_TOKEN);
  // A tokenizer without <image> is the original LLaVA's, whose template (if any) is the base model's, not LLaVA's.
  return tokenizer.chatTemplate === null || placeholder === null
    ? vicuna(tokenizer, asked)
    : fromTemplate(tokenizer, placeholder, asked);
}

/** The question without an `<image>` line at its start or end. @throws FoveaError `bad_input` when one is left. */
export function plainQuestion(question: string): string {
  const asked = question.replace(/^\s*<image>\s*\n?/, '').replace(/\n?<image>\s*$/, '');
  if (!asked.includes(IMAGE_TOKEN)) return asked;
  throw new FoveaError('bad_input', 'the question contains <image>', {
    next: 'Ask about one picture at a time',
  });
}

/** The reference tokenises the pieces around the picture one by one, BOS once, in front. */
function vicuna(tokenizer: Tokenizer, question: string): PromptIds {
  const before = tokenizer.encodeWithSpecial(`${VICUNA_SYSTEM} USER: `);
  const after = tokenizer.encodeWithSpecial(`\n${question} ASSISTANT:`);
  const bos = tokenizer.bosToken === null ? null : tokenizer.idOf(tokenizer.bosToken);
  return { before, after: bos !== null && after[0] === bos ? after.slice(1) : after };
}

/** Part of a message, as chat templates know them. */
export type ChatPart = { readonly type: 'image' } | { readonly type: 'text'; readonly text: string };

/**
 * One user message through the checkpoint's chat template, ready for the answer.
 * @throws FoveaError `bad_checkpoint` when there is no template or it fails.
 */
export function renderChat(tokenizer: Tokenizer, content: readonly ChatPart[]): string {
  const where = 'tokenizer_config.json';
  const next = 'Compare its chat_template with the published one';
  if (tokenizer.chatTemplate === null) {
    throw new FoveaError('bad_checkpoint', 'the checkpoint has no chat template', { where, next });
  }
  try {
    return new Template(tokenizer.chatTemplate).render({
      messages: [{ role: 'user', content }],
      add_generation_prompt: true,
      bos_token: tokenizer.bosToken ?? '',
      eos_token: tokenizer.eosToken ?? '',
    });
  } catch (error) {
    const what = `the chat template fails: ${(error as Error).message}`;
    throw new FoveaError('bad_checkpoint', what, { where, next, cause: error });
  }
}

function fromTemplate(tokenizer: Tokenizer, placeholder: number, question: string): PromptIds {
  const text = renderChat(tokenizer, [{ type: 'image' }, { type: 'text', text: question }]);
  // The template writes BOS itself when it wants one; llava-hf's leaves it to the tokenizer.
  const bos = tokenizer.bosToken;
  const ids =
    bos !== null && text.startsWith(bos) ? tokenizer.encode(text) : tokenizer.encodeWithSpecial(text);
  const at = ids.indexOf(placeholder);
  if (at < 0 || ids.indexOf(placeholder, at + 1) >= 0) {
    throw new FoveaError('bad_checkpoint', 'the chat template does not place exactly one <image> token', {
      where: 'tokenizer_config.json',
      next: 'Check that the tokenizer knows <image> and that the template writes it once',
    });
  }
  return { before: ids.slice(0, at), after: ids.slice(at + 1) };
}
