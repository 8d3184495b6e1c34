/** What a model has positions for, asked before a forward pass that would be too long for it has begun. */
import { counted } from '../../../src-shared/contract/counts.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { AnyCheckpoint } from '../../checkpoint/open.ts';
import type { Grid } from '../../../src-shared/kernels/types.ts';

/** The part of a checkpoint that says how many positions there are. */
interface Positions {
  readonly checkpoint: { readonly config: Pick<AnyCheckpoint['config'], 'text'> };
}

/** @throws FoveaError `bad_checkpoint` when the picture alone takes all positions: its size is the checkpoint's to decide */
export function refuseTooManyVisual({ checkpoint }: Positions, [rows, columns]: Grid): void {
  const { maxPositions } = checkpoint.config.text;
  const count = rows * columns;
  if (count < maxPositions) return;
  throw new FoveaError(
    'bad_checkpoint',
    `the picture becomes ${rows} × ${columns} = ${count} visual tokens, and the model has ${counted(maxPositions, 'position')}`,
    {
      where: 'preprocessor_config.json',
      next: 'Compare its sizes, and max_position_embeddings of config.json, with the published ones',
    },
  );
}

/**
 * @param length tokens of the whole prompt
 * @param visual of those, the picture's
 * @throws FoveaError `bad_input` when no position is left for an answer
 */
export function refuseTooLong({ checkpoint }: Positions, length: number, visual: number): void {
  const { maxPositions } = checkpoint.config.text;
  if (length < maxPositions) return;
  throw new FoveaError(
    'bad_input',
    `the prompt takes ${counted(length, 'token')} (${visual} of the picture), and the model has ${counted(maxPositions, 'position')}`,
    { next: 'Shorten the question, or use a preset with fewer visual tokens' },
  );
}
