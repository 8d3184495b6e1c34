/**
 * Token ids as pieces a person reads. Decoders work on whole texts (they join pieces, bytes and spaces), so a piece is
 * what a token adds to the text before it; one that adds nothing readable goes by its name in the vocabulary.
 */
import type { Tokenizer } from '../../checkpoint/tokenizer/tokenizer.ts';
import { within } from '../../checkpoint/files/within.ts';

/** How vocabularies write a line break: LLaMA as a byte, Qwen as GPT-2's stand-in. */
const LINE_BREAKS: ReadonlySet<string> = new Set(['\n', '<0x0A>', 'Ċ']);
/** Part of a character; its last token gives the whole. */
const INCOMPLETE = '\ufffd';

/** One piece per id, in order; never empty. */
export function tokenTexts(tokenizer: Tokenizer, ids: readonly number[]): string[] {
  return within(BOUNDS, () => pieces(tokenizer, ids));
}

/** One limit for all of them. */
const BOUNDS = {
  what: 'making text of the tokens',
  ms: 30_000,
  code: 'bad_input',
  where: null,
  next: 'Compare the decoder of tokenizer.json with the published one',
} as const;

function pieces(tokenizer: Tokenizer, ids: readonly number[]): string[] {
  let before = '';
  return ids.map((id, i) => {
    const text = tokenizer.decode(ids.slice(0, i + 1));
    const whole = !text.endsWith(INCOMPLETE);
    const added = whole && text.startsWith(before) ? text.slice(before.length).trim() : '';
    if (whole) before = text;
    return added === '' ? nameOf(tokenizer, id) : added;
  });
}

function nameOf(tokenizer: Tokenizer, id: number): string {
  const name = tokenizer.tokenOf(id);
  if (name === null) return `#${id}`;
  return LINE_BREAKS.has(name) ? '↵' : name.replace(/^[▁Ġ]+/u, '') || '␣';
}
