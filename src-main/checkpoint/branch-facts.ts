/** What the small files of a model and an RPN over it say, once they are known to belong together. Loads no weights. */
import { z } from 'zod';
import { checkpointRulesSchema } from '../../src-shared/contract/rules.ts';
import type { ModelFolders } from './adapter/base.ts';
import { openFolders } from './open.ts';

export const branchFactsSchema = z.object({
  name: z.string(),
  family: z.string(),
  /** Of the base model's decoder. */
  layers: z.number().int(),
  /** Null: no RPN. */
  rpn: z.object({ k: z.number().int(), t: z.number().int() }).nullable(),
  rules: checkpointRulesSchema,
});
export type BranchFacts = z.output<typeof branchFactsSchema>;

/** @throws FoveaError as `openFolders`: also `bad_checkpoint` naming the first tensor of the RPN that does not fit the base */
export async function readBranchFacts(folders: ModelFolders): Promise<BranchFacts> {
  const { name, config, rules } = await openFolders(folders);
  return {
    name,
    family: config.family,
    layers: config.text.layers,
    rpn: config.rpn && { k: config.rpn.k, t: config.rpn.t },
    rules,
  };
}
