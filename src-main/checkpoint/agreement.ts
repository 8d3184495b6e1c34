/** What config.json says twice, with the tensors or with the tokenizer, and what holds where the two disagree. */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { TextConfig } from './config.ts';
import type { Tokenizer } from './tokenizer/tokenizer.ts';
import type { WeightIndex } from './weight-index.ts';

/**
 * Pictures stand where the tokenizer writes their token, and the model looks for the id of config.json there.
 * @throws FoveaError `bad_checkpoint` when these are two.
 */
export function refuseOtherPlaceholder(
  token: string,
  stated: number | null,
  tokenizer: Tokenizer,
  where: string,
): void {
  const own = tokenizer.idOf(token);
  if (stated === null || own === null || stated === own) return;
  throw new FoveaError(
    'bad_checkpoint',
    `config.json puts pictures at id ${stated}, and ${token} is ${own} in tokenizer.json`,
    { where, next: 'Give config.json and tokenizer.json of the same checkpoint' },
  );
}

/**
 * The original layout's code is written for transformers 4.37, where the stored head would become the embeddings too.
 * @throws FoveaError `unsupported_model`
 */
export function refuseTiedAndStored(
  { tieWordEmbeddings: tied }: TextConfig,
  weights: WeightIndex,
  head: string,
  where: string,
): void {
  if (!tied || !weights.entry(head)) return;
  throw new FoveaError(
    'unsupported_model',
    `tie_word_embeddings is true and the weights have a ${head} too`,
    {
      where,
      next: 'Set tie_word_embeddings to false where the two differ, or leave the head out where they are equal',
    },
  );
}

/**
 * `tie_word_embeddings` of a checkpoint that stores a head all the same does not hold: transformers 5 ties only where the
 * two are equal, and then the stored head gives the same numbers.
 */
export function tiedUnlessStored(text: TextConfig, weights: WeightIndex, head: string): TextConfig {
  const stored = weights.shapeOf(head) !== undefined;
  return { ...text, tieWordEmbeddings: text.tieWordEmbeddings && !stored };
}
