/** A project of small pictures that look alike by their names (`fakeEmbedding`), in a stand-in for a model's folder. */
import { copyFileSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { importQuestions } from '../../src-main/jobs/import/import.ts';
import { runLabelJob, type LabelReport } from '../../src-main/jobs/label/label.ts';
import { write } from '../../src-main/store/db.ts';
import type { Project } from '../../src-main/store/file/project.ts';
import { type FakeEngine, fakeEngine } from './fake-engine.ts';
import { testPreset, testProject } from './project.ts';
import { writePng } from './scenes.ts';
import { temporaryDir } from './temporary-dir.ts';

export interface EmbeddedProject {
  readonly project: Project;
  readonly dir: string;
  readonly engine: FakeEngine;
  /** Absolute path of a picture. */
  at(name: string): string;
  label(limit?: number | null): Promise<LabelReport>;
  /** As a project of an earlier version is: labelled, and no embedding anywhere. */
  forgetEmbeddings(): void;
}

/**
 * @param names of pictures, without `.png`, a question on each in this order; of the same family where they begin alike before `-`.
 *   `x=y` is a copy of y's file
 */
export async function embeddedProject(
  t: TestContext,
  names: readonly string[],
  engine = fakeEngine(),
): Promise<EmbeddedProject> {
  const dir = realpathSync(temporaryDir(t));
  const at = (name: string): string => join(dir, 'p', `${name}.png`);
  mkdirSync(join(dir, 'p'));
  writeFileSync(join(dir, 'config.json'), '{}');
  const lines: string[] = [];
  for (const [i, name] of names.entries()) {
    const [own, of] = name.split('=') as [string, string | undefined];
    if (of === undefined) await writePng(at(own), 30 + i, 20);
    else copyFileSync(at(of), at(own));
    lines.push(JSON.stringify({ question_id: own, image: `${own}.png`, text: `what is on ${own} ?` }));
  }
  writeFileSync(join(dir, 'q.jsonl'), lines.join('\n'));
  const project = await testProject(t, 0);
  await importQuestions(project, { imagesDir: join(dir, 'p'), questionsFile: join(dir, 'q.jsonl') });
  return {
    project,
    dir,
    engine,
    at,
    label: (limit = null) =>
      runLabelJob(project, engine, {
        model: { dir, device: 'auto' },
        preset: testPreset,
        answerMode: 'self',
        limit,
      }),
    forgetEmbeddings: () => void write(project.db, 'DELETE FROM maps.encoder').run(),
  };
}
