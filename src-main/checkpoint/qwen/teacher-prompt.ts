/**
 * How the reference asks its Qwen teacher (METHOD §1): a literal `<image>` in the text, the vision tokens right behind
 * it, and in the natural form the instruction to answer briefly replaced by one to output boxes. Source: the
 * make_pseudo_label_*.py scripts of the public SD-RPN repository.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { PromptIds } from '../prompt.ts';
import { plainQuestion, renderChat } from '../prompt.ts';
import type { Tokenizer } from '../tokenizer.ts';

const BRIEFLY = 'Answer the question using a single word or phrase.';
const BOXES =
  'Output the grounding bounding box of Region of Interest for the question. IMPORTANT: The output MUST be raw text, one box per line. DO NOT use JSON. Follow this exact format: x_min y_min x_max y_max {detail_label}.';
const VISION = '<|vision_start|><|image_pad|><|vision_end|>';

export type TeacherPrompt = 'textual' | 'natural';

/** @throws FoveaError as `buildPrompt` does. */
export function teacherPrompt(
  tokenizer: Tokenizer,
  placeholder: number,
  question: string,
  kind: TeacherPrompt,
): PromptIds {
  const plain = plainQuestion(question);
  const asked = kind === 'natural' ? plain.replaceAll(BRIEFLY, BOXES) : plain;
  const text = renderChat(tokenizer, [{ type: 'text', text: `<image>\n${asked}` }, { type: 'image' }]);
  const ids = tokenizer.encode(text.replace(VISION, '').replace('<image>', `<image>${VISION}`));
  const at = ids.indexOf(placeholder);
  if (!text.includes(VISION) || at < 0 || ids.indexOf(placeholder, at + 1) >= 0) {
    throw new FoveaError('bad_checkpoint', 'the chat template does not place exactly one picture', {
      where: 'tokenizer_config.json',
      next: 'Compare its chat_template with the published one',
    });
  }
  return { before: ids.slice(0, at), after: ids.slice(at + 1) };
}
