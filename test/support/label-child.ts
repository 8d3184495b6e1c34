/**
 * A process to be killed: labels the project given with the fake engine, or appends reviews without end. It prints a
 * line after each thing that it was told is saved.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { runLabelJob } from '../../src-main/jobs/label/label.ts';
import { openProject } from '../../src-main/store/file/project.ts';
import { latestRevisionId, submitReview } from '../../src-main/store/reviews/review.ts';
import { fakeEngine } from './fake-engine.ts';
import { testPreset } from './project.ts';

const [mode, path, modelDir] = process.argv.slice(2);
const project = openProject(path);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

if (mode === 'label') {
  const engine = fakeEngine(async () => delay(1));
  const params = {
    model: { dir: modelDir, device: 'auto' },
    preset: testPreset,
    answerMode: 'self',
    limit: null,
  } as const;
  await runLabelJob(project, engine, params, { onSample: (id) => say(String(id)) });
  say('finished');
} else {
  for (let n = 0; ; n++) {
    const sampleId = 1 + (n % 3);
    const review = {
      sampleId,
      predictionId: null,
      label: null,
      reviewer: 'child',
      note: 'x'.repeat(n % 5000),
    };
    const standing = latestRevisionId(project.db, sampleId);
    const decision = n % 2 ? 'accept' : 'reject';
    say(String(submitReview(project.db, { ...review, decision }, standing).review.id));
    await delay(0);
  }
}
project.close();
