/** Projects of small pictures that differ as pictures do, labelled without a model: what training is chosen from. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import sharp from 'sharp';
import { importQuestions } from '../../src-main/jobs/import/import.ts';
import type { Project } from '../../src-main/store/file/project.ts';
import { submitReview } from '../../src-main/store/reviews/review.ts';
import { seeded } from './numbers.ts';
import { predict, testProject, testRun } from './project.ts';
import { temporaryDir } from './temporary-dir.ts';

/** A soft picture of the number's own: 6×6 random colours, blown up. */
export async function scene(n: number, side = 64): Promise<Buffer> {
  const random = seeded(n + 1);
  const coarse = Uint8Array.from({ length: 6 * 6 * 3 }, () => random() * 255);
  return sharp(coarse, { raw: { width: 6, height: 6, channels: 3 } })
    .resize({ width: side, height: side, kernel: 'cubic', fit: 'fill' })
    .png()
    .toBuffer();
}

export interface TrainingProject {
  readonly project: Project;
  /** Absolute path of a picture. */
  at(name: string): string;
  readonly runId: number;
  correct(sampleId: number, label?: readonly number[]): number;
  accept(sampleId: number): void;
  reject(sampleId: number): void;
}

const CORRECTED = [1, 1, 0, 0, 0, 0];

/**
 * One sample on each picture, in the order of the names, labelled with a region and background. `answers`: of the data; the model
 * says `forty-two` to everything.
 */
export async function trainingProject(
  t: TestContext,
  pictures: Readonly<Record<string, Buffer>>,
  answers: readonly (string | null)[] = [],
): Promise<TrainingProject> {
  const dir = temporaryDir(t);
  mkdirSync(join(dir, 'p'));
  const names = Object.keys(pictures);
  for (const name of names) writeFileSync(join(dir, 'p', name), pictures[name]!);
  const lines = names.map((image, i) =>
    JSON.stringify({
      question_id: `q${i + 1}`,
      image,
      text: 'what ?',
      ...(answers[i] ? { answer: answers[i] } : {}),
    }),
  );
  writeFileSync(join(dir, 'q.jsonl'), lines.join('\n'));
  const project = await testProject(t, 0);
  await importQuestions(project, { imagesDir: join(dir, 'p'), questionsFile: join(dir, 'q.jsonl') });
  const runId = testRun(project);
  names.forEach((_, i) => predict(project, runId, i + 1));
  const decide = (
    sampleId: number,
    decision: 'accept' | 'correct' | 'reject',
    label: Uint8Array | null,
  ): number =>
    submitReview(
      project.db,
      { sampleId, decision, label, predictionId: null, reviewer: 'ann', note: null },
      undefined,
    ).review.id;
  return {
    project,
    runId,
    at: (name) => join(dir, 'p', name),
    correct: (sampleId, label = CORRECTED) => decide(sampleId, 'correct', Uint8Array.from(label)),
    accept: (sampleId) => void decide(sampleId, 'accept', null),
    reject: (sampleId) => void decide(sampleId, 'reject', null),
  };
}

/** So many pictures, each of its own. */
export async function scenes(count: number): Promise<Record<string, Buffer>> {
  const all: Record<string, Buffer> = {};
  for (let n = 1; n <= count; n++) all[`${n}.png`] = await scene(n);
  return all;
}
