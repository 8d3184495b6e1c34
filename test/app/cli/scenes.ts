/** A few of the demo's scenes as a person would hand them to `fovea import`. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DEMO_PROJECT_SCENES } from '../../support/demo.ts';

export interface Scenes {
  readonly imagesDir: string;
  readonly questionsFile: string;
  /** External ids, in the file's order. */
  readonly ids: readonly string[];
}

/** Puts the first `count` questions and their pictures into `dir`. */
export function someScenes(dir: string, count: number): Scenes {
  const lines = readFileSync(join(DEMO_PROJECT_SCENES, 'questions.jsonl'), 'utf8')
    .split('\n')
    .slice(0, count);
  const ids: string[] = [];
  for (const line of lines) {
    const { image, question_id: id } = JSON.parse(line) as { image: string; question_id: string };
    ids.push(id);
    mkdirSync(dirname(join(dir, image)), { recursive: true });
    copyFileSync(join(DEMO_PROJECT_SCENES, image), join(dir, image));
  }
  const questionsFile = join(dir, 'questions.jsonl');
  writeFileSync(questionsFile, `${lines.join('\n')}\n`);
  return { imagesDir: dir, questionsFile, ids };
}
