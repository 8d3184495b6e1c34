/**
 * One key of one config file changed at a time (test/golden/keys): where transformers computes other numbers, Fovea
 * computes the same ones or refuses by name; where it computes the same, Fovea does too or refuses by name.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { openModel, type AnyCheckpoint } from '../../../src-main/checkpoint/open.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { differenceFrom, numbersOf } from '../../support/mutation-numbers.ts';
import { baseOf, mutationBases, mutations, writeMutation, type Mutation } from '../../support/mutations.ts';
import { TOLERANCE } from '../../support/oracle.ts';

const NEW_TOKENS = 12;

/** Everything of an opened checkpoint that numbers follow from, its weights and tokenizer aside. */
function meaning({ config, generation, preprocessor }: AnyCheckpoint): string {
  return JSON.stringify([config, generation, preprocessor]);
}

type Verdict = 'right' | 'refused' | 'harmless' | `WRONG ${string}`;

async function verdictOf(row: Mutation, dir: string, own: string): Promise<Verdict> {
  writeMutation(dir, row.base, row);
  let checkpoint: AnyCheckpoint;
  try {
    checkpoint = await openModel(dir);
  } catch (error) {
    if (error instanceof FoveaError) return 'refused';
    throw error;
  }
  const unchanged = meaning(checkpoint) === own;
  if (row.transformers === 'changed' && unchanged) return 'WRONG the change is not seen';
  if (unchanged) return 'harmless';
  if (row.transformers === 'refused') return 'WRONG runs what transformers refuses';
  const got = await numbersOf(dir, checkpoint, NEW_TOKENS).catch((error: unknown) => {
    // max_position_embeddings: prompts that are longer are refused when they come.
    if (error instanceof FoveaError && error.code !== 'out_of_memory') return null;
    throw error;
  });
  if (got === null) return 'refused';
  const answer = row.answer ?? baseOf(row).answer;
  if (row.pixels && differenceFrom(row.pixels, got.pixels) > TOLERANCE) return 'WRONG pixels';
  if (row.logits && differenceFrom(row.logits, got.logits) > TOLERANCE) {
    return `WRONG logits by ${differenceFrom(row.logits, got.logits)}`;
  }
  return answer.join() === got.answer.join()
    ? 'right'
    : `WRONG answer ${got.answer.join()} for ${answer.join()}`;
}

for (const base of Object.keys(mutationBases)) {
  test(`${base}: every changed key is right, harmless or refused by name`, async (t) => {
    const root = temporaryDir(t);
    writeMutation(join(root, 'own'), base, null);
    const opened = await openModel(join(root, 'own'));
    const own = meaning(opened);
    assert.deepEqual(
      (await numbersOf(join(root, 'own'), opened, NEW_TOKENS)).answer,
      baseOf({ base }).answer,
    );
    const wrong: string[] = [];
    const counts: Record<string, number> = {};
    for (const row of mutations.filter((one) => one.base === base)) {
      const verdict = await verdictOf(row, join(root, 'one'), own);
      const kind = verdict.split(' ')[0] ?? '';
      counts[kind] = (counts[kind] ?? 0) + 1;
      if (!verdict.startsWith('WRONG')) continue;
      wrong.push(`${row.file} ${row.key} = ${JSON.stringify(row.value)}: ${verdict} (${row.transformers})`);
    }
    t.diagnostic(JSON.stringify(counts));
    assert.deepEqual(wrong, []);
  });
}
