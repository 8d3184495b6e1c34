/** Token ids of an answer to the text people read, and a given answer to the ids that are fed. */
import type { Subject } from './subject.ts';

/** Text of generated ids; end tokens are no part of it. */
export function answerText(subject: Subject, tokens: readonly number[]): string {
  const { tokenizer, generation } = subject.checkpoint;
  return tokenizer.decode(tokens.filter((id) => !generation.eosTokenIds.includes(id)));
}

/**
 * Ids of a given answer that are fed in teacher forcing: all of it but the token that would never be fed back. An
 * answer that stays under the limit ends with an end token that is not part of the text; one that reaches it loses
 * its last token, as in decoding (METHOD §1).
 */
export function fedAnswerTokens(subject: Subject, answer: string, maxNewTokens: number): number[] {
  return subject.checkpoint.tokenizer.encode(answer.trim()).slice(0, maxNewTokens - 1);
}
