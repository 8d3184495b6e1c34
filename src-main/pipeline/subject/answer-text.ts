/** Token ids of an answer to the text people read, and a given answer to the ids that are fed. */
import { counted } from '../../../src-shared/contract/counts.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Subject } from './subject.ts';

/** Text of generated ids; end tokens are no part of it. */
export function answerText(subject: Subject, tokens: readonly number[]): string {
  const { tokenizer, generation } = subject.checkpoint;
  return tokenizer.decode(tokens.filter((id) => !generation.eosTokenIds.includes(id)));
}

/**
 * Ids of a given answer that are fed in teacher forcing: all of it but the token that would never be fed back. An
 * answer that stays under the limit ends with an end token that is not part of the text; one that reaches it loses
 * its last token, as in decoding (METHOD §1). A longer one is never cut: its maps would be those of another answer.
 * @throws FoveaError `bad_input` for an answer of more than `maxNewTokens` tokens
 */
export function fedAnswerTokens(subject: Subject, answer: string, maxNewTokens: number): number[] {
  const ids = subject.checkpoint.tokenizer.encode(answer.trim());
  if (ids.length <= maxNewTokens) return ids.slice(0, maxNewTokens - 1);
  throw new FoveaError(
    'bad_input',
    `the given answer has ${counted(ids.length, 'token')}, and the preset feeds at most ${maxNewTokens} (maxNewTokens)`,
    { next: 'Shorten the answer, use a preset with more tokens, or let the model answer itself' },
  );
}
