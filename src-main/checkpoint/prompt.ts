/**
 * A question becomes the prompt the model was trained on: the checkpoint's own chat template when it has one, else
 * LLaVA-1.5's `vicuna_v1` conversation (the original layout, and llava-hf folders saved before transformers 4.46). The
 * picture's place is one `<image>` token in the ids; the pipeline puts the visual tokens there.
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { PICTURE_MARK, withoutMark } from '../../src-shared/contract/picture-mark.ts';
import type { ChatPart } from './template/chat-template.ts';
import { renderChat } from './template/chat-template.ts';
import type { Tokenizer } from './tokenizer/tokenizer.ts';

export const IMAGE_TOKEN = PICTURE_MARK;

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

/** What the text of a prompt depends on. */
export type PromptTokenizer = Pick<Tokenizer, 'chatTemplate' | 'templateTokens' | 'idOf'>;

/** Where a prompt's text comes from. */
export type PromptSource = 'vicuna_v1' | 'chat_template';

/** A tokenizer without <image> is the original LLaVA's, whose template (if any) is the base model's, not LLaVA's. */
export function promptSource(tokenizer: PromptTokenizer, imageTokenId: number | null): PromptSource {
  const placeholder = imageTokenId ?? tokenizer.idOf(IMAGE_TOKEN);
  return tokenizer.chatTemplate === null || placeholder === null ? 'vicuna_v1' : 'chat_template';
}

/** What `model check` says about the prompt. */
export interface PromptFacts {
  readonly source: PromptSource;
  /** The file of the template in use; null for the conversation that is built in. */
  readonly file: string | null;
  /** Files of the folder that hold another template. */
  readonly differing: readonly string[];
}

export function promptFacts(tokenizer: PromptTokenizer, imageTokenId: number | null): PromptFacts {
  const source = promptSource(tokenizer, imageTokenId);
  const template = source === 'chat_template' ? tokenizer.chatTemplate : null;
  return { source, file: template?.file ?? null, differing: template?.differing ?? [] };
}

/**
 * The prompt as text, the picture's token in it once.
 * @param question without an `<image>` line (`plainQuestion`)
 * @throws FoveaError `bad_checkpoint` when the template fails.
 */
export function promptText(
  tokenizer: PromptTokenizer,
  imageTokenId: number | null,
  question: string,
): string {
  return promptSource(tokenizer, imageTokenId) === 'vicuna_v1'
    ? `${VICUNA_SYSTEM} USER: ${IMAGE_TOKEN}\n${question} ASSISTANT:`
    : chatText(tokenizer, [{ type: 'image' }, { type: 'text', text: question }]);
}

/**
 * @param question as the person asked it; an `<image>` line it starts with (LLaVA's JSON has one) is dropped.
 * @throws FoveaError `bad_input` when the question itself contains `<image>`, `bad_checkpoint` when the template fails
 *   or leaves no place for the picture.
 */
export function buildPrompt(tokenizer: Tokenizer, imageTokenId: number | null, question: string): PromptIds {
  const asked = plainQuestion(question);
  const text = promptText(tokenizer, imageTokenId, asked);
  const placeholder = placeholderOf(tokenizer, imageTokenId);
  if (placeholder === null) return inPieces(tokenizer, text);
  refuseToken(tokenizer, placeholder, asked);
  return inOne(tokenizer, placeholder, text);
}

/**
 * Renders and tokenizes a prompt as any other, so that a template that cannot be rendered, or one that takes for ever, is
 * refused when its folder is opened.
 * @throws FoveaError `bad_checkpoint`, `bad_input` or `unsupported_model` naming what the template or tokenizer does
 */
export function tryPrompt(tokenizer: Tokenizer, imageTokenId: number | null): void {
  tokenizer.encode(promptText(tokenizer, imageTokenId, 'What is in the picture?'));
}

/** Null: the picture's place is no token of the vocabulary, and the text is cut there. */
function placeholderOf(tokenizer: Tokenizer, imageTokenId: number | null): number | null {
  if (promptSource(tokenizer, imageTokenId) === 'chat_template')
    return imageTokenId ?? tokenizer.idOf(IMAGE_TOKEN);
  return imageTokenId !== null && tokenizer.tokenOf(imageTokenId) === IMAGE_TOKEN ? imageTokenId : null;
}

/** @throws FoveaError `bad_input` when the question holds the token of a picture's place itself. */
export function refuseToken(tokenizer: Tokenizer, placeholder: number, question: string): void {
  const token = tokenizer.tokenOf(placeholder);
  if (token === null || !question.includes(token)) return;
  throw new FoveaError('bad_input', `the question contains ${token}`, {
    next: 'Ask about one picture at a time',
  });
}

/**
 * The question without the `<image>` line it begins or ends with. As the authors' labelling does it (`<image>\n` goes,
 * white space of the question stays); a mark written otherwise goes with the white space around it.
 * @throws FoveaError `bad_input` when one is left.
 */
export function plainQuestion(question: string): string {
  const exact = question.replace(/^<image>\n/, '').replace(/\n<image>$/, '');
  const asked = exact === question ? withoutMark(question) : exact;
  if (!asked.includes(IMAGE_TOKEN)) return asked;
  throw new FoveaError('bad_input', 'the question contains <image>', {
    next: 'Ask about one picture at a time',
  });
}

/**
 * One user message through the checkpoint's chat template, ready for the answer.
 * @throws FoveaError `bad_checkpoint` when there is no template or it fails.
 */
export function chatText(tokenizer: PromptTokenizer, content: readonly ChatPart[]): string {
  if (tokenizer.chatTemplate !== null) {
    return renderChat(tokenizer.chatTemplate, tokenizer.templateTokens, content);
  }
  throw new FoveaError('bad_checkpoint', 'the checkpoint has no chat template', {
    next: 'Copy chat_template.json or chat_template.jinja from the published repository',
  });
}

/** The authors' `tokenizer_image_token`: the pieces around the picture one by one, BOS once, in front. */
function inPieces(tokenizer: Tokenizer, text: string): PromptIds {
  const [front, back] = text.split(IMAGE_TOKEN) as [string, string];
  const before = tokenizer.encodeWithSpecial(front);
  const after = tokenizer.encodeWithSpecial(back);
  const bos = tokenizer.bosToken === null ? null : tokenizer.idOf(tokenizer.bosToken);
  return { before, after: bos !== null && after[0] === bos ? after.slice(1) : after };
}

/** As transformers' processors do it: the whole text at once, the picture's token among the others. */
function inOne(tokenizer: Tokenizer, placeholder: number, text: string): PromptIds {
  // The template writes BOS itself when it wants one; llava-hf's leaves it to the tokenizer.
  const bos = tokenizer.bosToken;
  const ids =
    bos !== null && text.startsWith(bos) ? tokenizer.encode(text) : tokenizer.encodeWithSpecial(text);
  const at = ids.indexOf(placeholder);
  if (at < 0 || ids.indexOf(placeholder, at + 1) >= 0) {
    throw new FoveaError('bad_checkpoint', 'the chat template does not place exactly one <image> token', {
      where: tokenizer.chatTemplate?.file ?? 'tokenizer.json',
      next: 'Check that the tokenizer knows <image> and that the template writes it once',
    });
  }
  return { before: ids.slice(0, at), after: ids.slice(at + 1) };
}
