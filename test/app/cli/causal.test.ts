import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { causalEffect } from '../../../src-shared/kernels/measures/causal-effect.ts';
import type { CausalCheck } from '../../../src-shared/contract/inspect.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { fovea, foveaJson } from './run-cli.ts';
import { someScenes } from './scenes.ts';

test('11-B15: the command gives the verdict of the likelihoods with every number it rests on', async (t) => {
  const dir = temporaryDir(t);
  const path = join(dir, 'project');
  const scenes = someScenes(dir, 1);
  await fovea(['import', path, '--images', scenes.imagesDir, '--questions', scenes.questionsFile]);
  const sample = scenes.ids[0]!;
  const unlabelled = await fovea(['causal', path, '--sample', sample, '--box', '0,0,40,40']);
  assert.match(unlabelled.stderr, /is not labelled/);
  await fovea(['label', path, '--device', 'cpu']);
  const args = ['causal', path, '--sample', sample, '--box', '100,140,170,190'];
  const found = await foveaJson(args);
  assert.equal(found.code, 0, found.stderr);
  const check = found.json as CausalCheck & { verdict: { kind: string; sentences: string[] } };
  const of = (name: string) => check.variants.find((variant) => variant.name === name)!.logProb!;
  const controls = check.controls.map(({ logProb }) => logProb!);
  assert.equal(controls.length, 8);
  const effect = causalEffect({
    whole: of('whole'),
    hidden: of('hidden'),
    controls,
    tokens: check.scored.tokens,
  });
  assert.deepEqual(check.effect, effect);
  assert.equal(check.verdict.kind, effect.kind);
  const words = await fovea(args);
  assert.match(words.stdout, /other boxes hidden: .+\n8 other boxes of the same size/);
  assert.equal((await fovea(['causal', path, '--sample', sample, '--box', '1,2,3'])).code, 2);
});
