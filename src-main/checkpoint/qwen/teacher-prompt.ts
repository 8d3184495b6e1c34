/**
 * How the reference asks its Qwen teacher (METHOD §1): a literal `<image>` in the text, the vision tokens right behind
 * it, and in the natural form the instruction to answer briefly replaced by one to output boxes. Source: the
 * make_pseudo_label_*.py scripts of the public SD-RPN repository.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { PromptIds, PromptTokenizer } from '../prompt.ts';
import { IMAGE_TOKEN, chatText, plainQuestion, refuseToken } from '../prompt.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

/** How most questions end; the natural form puts its instruction in the place of it. */
export const BRIEFLY = 'Answer the question using a single word or phrase.';
const BOXES =
  'Output the grounding bounding box of Region of Interest for the question. IMPORTANT: The output MUST be raw text, one box per line. DO NOT use JSON. Follow this exact format: x_min y_min x_max y_max {detail_label}.';
const VISION = '<|vision_start|><|image_pad|><|vision_end|>';

export type TeacherPrompt = 'textual' | 'natural';

/**
 * The teacher's prompt as text, the picture's tokens in it once.
 * @param question without an `<image>` line (`plainQuestion`)
 * @throws FoveaError `bad_checkpoint` when the template fails or does not place the picture as the published one does.
 */
export function teacherText(tokenizer: PromptTokenizer, question: string, kind: TeacherPrompt): string {
  const asked = kind === 'natural' ? question.replaceAll(BRIEFLY, () => BOXES) : question;
  const text = chatText(tokenizer, [{ type: 'text', text: `<image>\n${asked}` }, { type: 'image' }]);
  const marks = text.split(IMAGE_TOKEN).length - 1;
  if (marks !== 1 || text.split(VISION).length !== 2) {
    throw new FoveaError('bad_checkpoint', 'the chat template does not place exactly one picture', {
      where: tokenizer.chatTemplate?.file ?? null,
      next: 'Compare its chat template with the published one',
    });
  }
  return text.replace(VISION, '').replace(IMAGE_TOKEN, `${IMAGE_TOKEN}${VISION}`);
}

/** @throws FoveaError as `buildPrompt` does. */
export function teacherPrompt(
  tokenizer: Tokenizer,
  placeholder: number,
  question: string,
  kind: TeacherPrompt,
): PromptIds {
  const asked = plainQuestion(question);
  refuseToken(tokenizer, placeholder, asked);
  const ids = tokenizer.encode(teacherText(tokenizer, asked, kind));
  const at = ids.indexOf(placeholder);
  if (at < 0 || ids.indexOf(placeholder, at + 1) >= 0) {
    throw new FoveaError('bad_checkpoint', 'the chat template does not place exactly one picture', {
      where: tokenizer.chatTemplate?.file ?? null,
      next: 'Compare its chat template with the published one',
    });
  }
  return { before: ids.slice(0, at), after: ids.slice(at + 1) };
}
