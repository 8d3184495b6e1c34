/** A project of a few real pictures, imported from a folder and labelled by the fake engine. */
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ImportReport } from '../../src-main/jobs/import/import.ts';
import { importQuestions } from '../../src-main/jobs/import/import.ts';
import { runLabelJob, type LabelReport } from '../../src-main/jobs/label/label.ts';
import type { Project } from '../../src-main/store/file/project.ts';
import { submitReview } from '../../src-main/store/reviews/review.ts';
import { fakeEngine } from './fake-engine.ts';
import { testPreset, testProject } from './project.ts';
import { temporaryDir } from './temporary-dir.ts';
import { writePng } from './scenes.ts';

export interface PictureProject {
  /** Real path of the folder above everything. */
  readonly dir: string;
  readonly project: Project;
  /** Absolute path of a picture in the folder `p`. */
  at(name: string): string;
  /** Imports the questions again, about the pictures of a folder. */
  importFrom(folder: string): Promise<ImportReport>;
  label(): Promise<LabelReport>;
  accept(...samples: readonly number[]): void;
}

/** Pictures `1.png`… of 30×20 in the folder `p`; labelled, nobody has decided. */
export async function pictureProject(t: TestContext, pictures = 3): Promise<PictureProject> {
  const dir = realpathSync(temporaryDir(t));
  mkdirSync(join(dir, 'p'));
  writeFileSync(join(dir, 'config.json'), '{}');
  const names = Array.from({ length: pictures }, (_, i) => `${i + 1}.png`);
  for (const name of names) await writePng(join(dir, 'p', name));
  const lines = names.map((image, i) => JSON.stringify({ question_id: `q${i + 1}`, image, text: 'what ?' }));
  writeFileSync(join(dir, 'q.jsonl'), lines.join('\n'));
  const project = await testProject(t, 0);
  const importFrom = (folder: string): Promise<ImportReport> =>
    importQuestions(project, { imagesDir: join(dir, folder), questionsFile: join(dir, 'q.jsonl') });
  const label = (): Promise<LabelReport> =>
    runLabelJob(project, fakeEngine(), {
      model: { dir, device: 'auto' },
      preset: testPreset,
      answerMode: 'self',
      limit: null,
    });
  await importFrom('p');
  await label();
  return {
    dir,
    project,
    at: (name) => join(dir, 'p', name),
    importFrom,
    label,
    accept(...samples) {
      for (const sampleId of samples) {
        const review = { sampleId, predictionId: null, label: null, reviewer: 'ann', note: null };
        submitReview(project.db, { ...review, decision: 'accept' }, undefined);
      }
    },
  };
}
