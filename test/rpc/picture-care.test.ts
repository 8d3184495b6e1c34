/** Who finds that a picture was replaced does not matter: clients hear of it, and their lists of samples are asked for anew. */
import assert from 'node:assert/strict';
import { realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { importQuestions } from '../../src-main/jobs/import/import.ts';
import { runLabelJob } from '../../src-main/jobs/label/label.ts';
import { settlePicture } from '../../src-main/jobs/pictures/settle.ts';
import { carePictures } from '../../src-main/rpc/picture-care.ts';
import type { PictureState } from '../../src-shared/contract/procedures.ts';
import { fakeEngine } from '../support/fake-engine.ts';
import { testPreset, testProject } from '../support/project.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { writePng } from '../support/scenes.ts';

test('a picture found to be another one while its sample is shown is told for lists, too, once', async (t) => {
  const dir = realpathSync(temporaryDir(t));
  const file = join(dir, 'a.png');
  writeFileSync(join(dir, 'config.json'), '{}');
  await writePng(file, 200, 100);
  writeFileSync(join(dir, 'q.jsonl'), JSON.stringify({ question_id: '1', image: 'a.png', text: 'what ?' }));
  const project = await testProject(t, 0);
  await importQuestions(project, { imagesDir: dir, questionsFile: join(dir, 'q.jsonl') });
  const model = { dir, device: 'auto' } as const;
  await runLabelJob(project, fakeEngine(), { model, preset: testPreset, answerMode: 'self', limit: null });

  const states: PictureState[] = [];
  let lists = 0;
  const care = carePictures(project, () => Promise.resolve(), {
    state: (state) => states.push(state),
    samples: () => lists++,
  });
  t.after(() => care.stop());
  await writePng(file, 100, 200);
  await settlePicture(project, 1, { fingerprint: false });
  care.changed();
  assert.deepEqual(
    states.map(({ changed }) => changed),
    [1],
  );
  assert.equal(lists, 1);
  // The look at all files that comes next finds nothing more.
  care.check();
  await new Promise((later) => setTimeout(later, 20));
  assert.equal(lists, 1);
});
