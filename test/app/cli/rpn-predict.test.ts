/** `fovea rpn predict` with the real engine: what another RPN says from kept features is what labelling with it says. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { getPredictionMaps, predictionsOfSample } from '../../../src-main/store/predictions/prediction.ts';
import { openProject } from '../../../src-main/store/file/project.ts';
import { decodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import { DEMO_CHECKPOINT } from '../../support/demo.ts';
import { relativeDifference } from '../../support/oracle.ts';
import { twoRpns } from '../../support/other-rpn.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { fovea, foveaJson } from './run-cli.ts';
import { someScenes } from './scenes.ts';

interface Predicted {
  done: number;
  failed: number;
  skipped: number;
  computed: number;
  run: number;
}

test('from kept features it is what labelling with that RPN says, box for box; without them they are computed', async (t) => {
  const dir = temporaryDir(t);
  const { base, rpn, other } = await twoRpns(DEMO_CHECKPOINT, join(dir));
  const scenes = someScenes(join(dir, 'scenes'), 2);
  const project = join(dir, 'project');
  await fovea(['import', project, '--images', scenes.imagesDir, '--questions', scenes.questionsFile]);
  const label = ['label', project, '--device', 'cpu', '--model', base, '--preset', 'demo'];
  await foveaJson([...label, '--rpn', rpn, '--keep-features']);
  const predicted = await foveaJson(['rpn', 'predict', project, '--rpn', other]);
  assert.equal(predicted.code, 0, predicted.stderr);
  const { done, failed, computed, run } = predicted.json as Predicted;
  assert.deepEqual([done, failed, computed, run], [2, 0, 0, 2]);
  await foveaJson([...label, '--rpn', other]);

  const opened = openProject(project);
  for (const id of [1, 2]) {
    const [first, kept, labelled] = predictionsOfSample(opened.db, id);
    assert.ok(first && kept && labelled);
    const map = (prediction: typeof kept) => {
      const { bits, ...place } = getPredictionMaps(opened.db, prediction.id)!.rpn!;
      return { place, values: decodeFloat16(bits) };
    };
    assert.deepEqual(map(kept).place, map(labelled).place);
    assert.ok(relativeDifference(map(kept).values, map(labelled).values) < 2e-3, 'rows were rounded');
    assert.ok(
      relativeDifference(map(kept).values, map(first).values) > 0.1,
      'another RPN says something else',
    );
    assert.deepEqual(kept.boxes, labelled.boxes);
    assert.deepEqual([kept.answer, kept.label], [first.answer, first.label]);
  }
  opened.close();

  await fovea(['features', project, '--remove']);
  const again = await foveaJson(['rpn', 'predict', project, '--rpn', rpn, '--run', '3']);
  assert.deepEqual([(again.json as Predicted).done, (again.json as Predicted).computed], [2, 2]);
});

test('it needs an RPN by a name that there is', async (t) => {
  const dir = temporaryDir(t);
  const scenes = someScenes(join(dir, 'scenes'), 1);
  const project = join(dir, 'project');
  await fovea(['import', project, '--images', scenes.imagesDir, '--questions', scenes.questionsFile]);
  assert.equal((await fovea(['rpn', 'predict', project])).code, 2);
  for (const named of ['12', join(dir, 'none')]) {
    const { code, stderr } = await fovea(['rpn', 'predict', project, '--rpn', named]);
    assert.equal(code, 1);
    assert.match(stderr, /there is no RPN version 12|neither a folder nor the name/);
  }
});
