/**
 * The question without the mark for its picture, which says where the picture goes and is no part of it. A mark in front
 * or behind goes with the white space around it; one within the sentence is read as LLaVA's trainer reads it: taken out,
 * the text trimmed, the picture in front.
 */
import { PICTURE_MARK, withoutMark } from '../../../src-shared/contract/picture-mark.ts';
import { questionText } from './fields.ts';
import { check } from './parse.ts';
import { shown, type RowReason } from './reasons.ts';
import { RowError } from './row-error.ts';

/** Qwen's own tokens in place of the mark, as its chat template writes them. */
const QWEN_MARK = '<|vision_start|><|image_pad|><|vision_end|>';
const QWEN_TOKEN = /<\|(vision_start|vision_end|image_pad|video_pad)\|>/;

const MOVED: Omit<RowReason, 'value'> = {
  message: '<image> stood within the question; the picture comes first, as LLaVA’s trainer has it',
  next: null,
};

/**
 * @param field its name, for the words of a refusal
 * @throws RowError for a question without text, with the marks of several pictures, or with a model's own tokens
 */
export function plainQuestion(
  value: unknown,
  field: string,
): { readonly question: string; readonly notes: readonly RowReason[] } {
  const written = text(value, field);
  const marked = written.includes(QWEN_MARK) ? written.replaceAll(QWEN_MARK, PICTURE_MARK) : written;
  if (QWEN_TOKEN.test(marked)) {
    const next = 'Write <image> where the picture goes, or nothing';
    throw new RowError(`${field}: holds the tokens that a model has for pictures`, shown(written), next);
  }
  const marks = marked.split(PICTURE_MARK).length - 1;
  if (marks === 0) return { question: written, notes: [] };
  if (marks > 1) {
    const next = 'Fovea asks about one picture at a time: mark it once, or not at all';
    throw new RowError(`${field}: marks several pictures with <image>`, shown(written), next);
  }
  const outside = withoutMark(marked);
  if (!outside.includes(PICTURE_MARK)) return { question: text(outside, field), notes: [] };
  const question = text(marked.replace(PICTURE_MARK, '').trim(), field);
  return { question, notes: [{ ...MOVED, value: shown(written) }] };
}

function text(value: unknown, field: string): string {
  const parsed = check(value, questionText);
  if (parsed.ok) return parsed.value;
  if (value === undefined) throw new RowError(`${field} is missing`);
  throw new RowError(`${field}: ${parsed.message}`, parsed.value);
}
