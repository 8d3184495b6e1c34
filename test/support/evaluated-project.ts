/** A project of questions with right answers and truth boxes, labelled by the fake engine: what an evaluation is made on. */
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import {
  evaluationWishSchema,
  type EvaluationWish,
  type Method,
} from '../../src-shared/contract/evaluation.ts';
import type { Preset } from '../../src-shared/contract/preset.ts';
import { runEvaluateJob } from '../../src-main/jobs/evaluate/evaluate.ts';
import { beginEvaluation } from '../../src-main/jobs/evaluate/plan.ts';
import { importQuestions } from '../../src-main/jobs/import/import.ts';
import type { JobHooks } from '../../src-main/jobs/lease/held-job.ts';
import { runLabelJob } from '../../src-main/jobs/label/label.ts';
import { fakeEngine, type FakeEngine } from './fake-engine.ts';
import { testPreset, testProject } from './project.ts';
import { temporaryDir } from './temporary-dir.ts';
import { writePng } from './scenes.ts';

/** Questions on each picture. */
const EACH = 2;
const LANGUAGES = ['en', 'fr'];

/** Methods by whose answer a question is right, by turns: the fake engine's answer names its method. */
const RIGHT: readonly Method[] = ['alone', 'rpn', 'truth', 'rpn'];

export function evaluationWish(
  wish: Partial<EvaluationWish> & Pick<EvaluationWish, 'methods'>,
): EvaluationWish {
  return evaluationWishSchema.parse({ filter: {}, ...wish });
}

/** `questions` questions `q1`…, two a picture; with the model's folder beside it. Odd ones are in English, even ones in French. */
export async function evaluatedProject(t: TestContext, questions = 8, preset: Preset = testPreset) {
  const dir = realpathSync(temporaryDir(t));
  mkdirSync(join(dir, 'p'));
  mkdirSync(join(dir, 'model'));
  writeFileSync(join(dir, 'model/config.json'), '{}');
  const lines: string[] = [];
  for (let i = 0; i < questions; i++) {
    const image = `${Math.floor(i / EACH) + 1}.png`;
    if (i % EACH === 0) await writePng(join(dir, 'p', image));
    const text = `q${i + 1} <&> ?`;
    const answer = `${RIGHT[i % RIGHT.length]} to ${text}`;
    const box = i % 3 === 2 ? [[20, 10, 28, 18]] : [[1, 1, 5, 5]];
    const language = LANGUAGES[i % 2];
    lines.push(JSON.stringify({ question_id: `q${i + 1}`, image, text, answer, boxes: box, language }));
  }
  writeFileSync(join(dir, 'q.jsonl'), lines.join('\n'));
  const project = await testProject(t, 0);
  await importQuestions(project, { imagesDir: join(dir, 'p'), questionsFile: join(dir, 'q.jsonl') });
  await runLabelJob(project, fakeEngine(), {
    model: { dir: join(dir, 'model'), device: 'auto' },
    preset,
    answerMode: 'self',
    limit: null,
  });
  const begin = (wish: Parameters<typeof evaluationWish>[0], again = false) =>
    beginEvaluation(project, evaluationWish(wish), { version: '0.0.0', again });
  const work = (jobId: number, engine: FakeEngine = fakeEngine(), hooks: JobHooks = {}) =>
    runEvaluateJob(project, engine, jobId, hooks);
  return { dir, project, begin, work };
}
