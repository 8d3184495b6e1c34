import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formerFingerprint } from '../../../src-main/jobs/asking/model-fingerprint.ts';
import { baseModel } from '../../../src-main/jobs/rpn/base.ts';
import { comparableSides, sidesOf } from '../../../src-main/jobs/rpn/sides.ts';
import { ensureModel } from '../../../src-main/store/runs/model.ts';
import { ensurePreset } from '../../../src-main/store/runs/preset.ts';
import { ensureRun } from '../../../src-main/store/runs/run.ts';
import { rpnFolder } from '../../../src-main/store/training/rpn.ts';
import { BAD, comparedProject, GOOD } from '../../support/compared-project.ts';
import { DEMO_CHECKPOINT } from '../../support/demo.ts';
import { predictMaps } from '../../support/map-prediction.ts';
import { testPreset } from '../../support/project.ts';

test('what was predicted with a version before RPNs were known by all their bytes still speaks for it', async (t) => {
  const { project, rpnId, own } = await comparedProject(t, 3);
  const { db, path } = project;
  const rpnDir = rpnFolder(path, rpnId);
  const runOf = async (folder: string): Promise<number> => {
    const fingerprint = (await formerFingerprint({ dir: DEMO_CHECKPOINT, rpnDir }))!;
    const modelId = ensureModel(db, { fingerprint, dir: DEMO_CHECKPOINT, name: 'demo', family: 'llava' });
    const settings = { rpnDir: folder };
    return ensureRun(db, { modelId, presetId: ensurePreset(db, testPreset), settings, answerMode: 'self' });
  };
  const [former, elsewhere] = [await runOf(rpnDir), await runOf(`${rpnDir}-else`)];
  for (const id of [1, 2]) predictMaps(project, former, id, { rpn: GOOD });
  for (const id of [1, 2, 3]) predictMaps(project, elsewhere, id, { rpn: BAD });
  for (const id of [1, 2, 3]) predictMaps(project, own, id, { rpn: GOOD });
  const [, mine] = await comparableSides(project);
  assert.deepEqual(mine, { side: rpnId, name: 'mine', predicted: 2, runId: former });
  const sides = await sidesOf(project, await baseModel({ dir: DEMO_CHECKPOINT }), ['mine', 'teacher']);
  assert.deepEqual(
    sides.map(({ kind, runId }) => [kind, runId]),
    [
      ['version', former],
      ['teacher', former],
    ],
  );
});

test('a side that is not there is said, not what the other one lacks', async (t) => {
  const { project } = await comparedProject(t, 1);
  const base = await baseModel({ dir: DEMO_CHECKPOINT });
  for (const named of [
    ['mine', '99'],
    ['99', 'mine'],
    ['own', 'nobody'],
  ] as const) {
    await assert.rejects(sidesOf(project, base, named), {
      code: 'not_found',
      message: /^there is no RPN version (99|nobody)$/,
    });
  }
});
