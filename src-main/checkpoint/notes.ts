/**
 * What a person who runs a folder elsewhere should know: where other readers take other files or other parts of them
 * than Fovea does, so that their numbers are not Fovea's.
 */
import { counted } from '../../src-shared/contract/counts.ts';
import { z } from 'zod';
import type { RebuiltTokenizer } from './tokenizer/rebuilt.ts';
import { shadowedShards } from './files/tensor-index.ts';

/** For these types `AutoTokenizer` of every transformers takes the file as it is, whatever class is named. */
const AS_FILED = ['llava'];

const typeSchema = z.object({ model_type: z.string() });

/**
 * @param config config.json as it is
 * @param rpnDir the folder whose RPN lies over this one's
 * @returns whole sentences, without a full stop; empty where everybody reads the folder alike
 */
export async function readerNotes(
  dir: string,
  config: unknown,
  { rebuilt }: { readonly rebuilt: RebuiltTokenizer | null },
  rpnDir?: string,
): Promise<string[]> {
  const shadowed = await shadowedShards(dir);
  const rpnShadowed = rpnDir === undefined ? null : await shadowedShards(rpnDir);
  return [
    ...(rebuilt ? [tokenizerNote(rebuilt, typeSchema.safeParse(config).data?.model_type)] : []),
    ...(shadowed ? [shardsNote('weights', shadowed)] : []),
    ...(rpnShadowed ? [shardsNote('weights of the RPN’s folder', rpnShadowed)] : []),
  ];
}

function tokenizerNote({ className, parts }: RebuiltTokenizer, type: string | undefined): string {
  const own = `in place of the ${parts.join(', ')} of tokenizer.json`;
  const legacy = className.startsWith('Code') ? '' : ' by `legacy` of tokenizer_config.json';
  return type !== undefined && AS_FILED.includes(type)
    ? `Fovea obeys tokenizer.json, as AutoProcessor and AutoTokenizer of transformers 4 and 5 do; only ${className} called by its name (transformers 5.0 to 5.24) takes its own parts${legacy} ${own} and may give other ids and other text`
    : `Fovea obeys tokenizer.json, as transformers 4 and 5.0 do; newer ones (seen: 5.5.4 and 5.24) make a ${className} of their own${legacy} ${own}, and may give other ids and other text`;
}

function shardsNote(
  what: string,
  { count, newer }: { readonly count: number; readonly newer: boolean },
): string {
  const age = newer ? ', which are newer' : '';
  return `the ${what} are those of model.safetensors, as in transformers; not those of the ${counted(count, 'shard')} that model.safetensors.index.json names${age}: where they are meant, move model.safetensors out of the folder`;
}
