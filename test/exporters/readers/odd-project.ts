/** A project that is hard to export: odd names, odd pictures, odd words; every sample is decided, and what it should come to is known. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { nativeTransform } from '../../../src-shared/kernels/transform.ts';
import type { Grid } from '../../../src-shared/kernels/types.ts';
import { importQuestions } from '../../../src-main/jobs/import/import.ts';
import { createProject, type Project } from '../../../src-main/store/file/project.ts';
import { imageFacts } from '../../../src-main/store/pictures/image.ts';
import { submitReview } from '../../../src-main/store/reviews/review.ts';
import { sampleIdsAfter } from '../../../src-main/store/samples/query.ts';
import { getSample } from '../../../src-main/store/samples/sample.ts';
import { predict, testPrediction, testRun } from '../../support/project.ts';

type Make = (picture: Sharp) => Sharp;

const png: Make = (picture) => picture.png();
const jpeg: Make = (picture) => picture.jpeg();

/** Name → how it is made; all of one size, which is no square. */
export const PICTURES: Readonly<Record<string, Make>> = {
  'plain.png': png,
  'img.v1.jpg': jpeg,
  'img.v2.jpg': jpeg,
  'same.png': png,
  'same.jpg': jpeg,
  'with space, and comma.png': png,
  '图片 答案.webp': (picture) => picture.webp(),
  ['é composed.png'.normalize('NFC')]: png,
  ['é decomposed.png'.normalize('NFD')]: png,
  [`${'long'.repeat(50)}.png`]: png,
  'images/labels/images/nested.png': png,
  'UPPER.JPG': jpeg,
  'turned.jpg': (picture) => picture.withMetadata({ orientation: 6 }).jpeg(),
  'cmyk.jpg': (picture) => picture.toColourspace('cmyk').jpeg(),
  'deep.png': (picture) => picture.toColourspace('rgb16').png(),
  'grey.jpg': (picture) => picture.greyscale().jpeg(),
  'palette.png': (picture) => picture.png({ palette: true, colours: 8 }),
  'modern.avif': (picture) => picture.avif(),
  'scanned.tif': (picture) => picture.tiff(),
  "=cmd|' /C calc'!A0.png": png,
};

export const SIZE = [60, 40] as const;
const GRID: Grid = [4, 6];

/** Labels by turns: a spot, two parts, a ring around a hole, nothing at all, one with ignore. */
const LABELS: readonly (readonly string[])[] = [
  ['......', '.##...', '.##...', '......'],
  ['##....', '......', '....##', '....##'],
  ['.####.', '.#..#.', '.####.', '......'],
  ['......', '......', '......', '......'],
  ['??????', '?###??', '......', '######'],
];

/** @returns the project, to be closed, of two questions for each picture */
export async function oddProject(dir: string): Promise<Project> {
  const images = join(dir, 'pictures of mine');
  const lines: string[] = [];
  for (const [n, [name, make]] of Object.entries(PICTURES).entries()) {
    const at = join(images, name);
    mkdirSync(dirname(at), { recursive: true });
    const background = { r: (n * 37) % 256, g: (n * 91) % 256, b: 40 };
    const picture = sharp({ create: { width: SIZE[0], height: SIZE[1], channels: 3, background } });
    writeFileSync(at, await make(picture).toBuffer());
    for (const which of ['a', 'b']) {
      lines.push(
        JSON.stringify({
          question_id: `${n}${which}`,
          image: name,
          text: which === 'a' ? '=1+1, "what"\n答案?' : "'quoted",
          answer: n % 3 === 0 ? null : `answer\t${n}`,
          language: ['en', null, 'zh'][n % 3],
          split: ['train', 'dev-1', null, 'test'][n % 4],
          tags: n % 2 === 0 ? [] : ['=tag', 'b,c'],
          boxes: n % 2 === 0 ? [] : [[0, 0, 10.5, 20]],
        }),
      );
    }
  }
  const questions = join(dir, 'questions.jsonl');
  writeFileSync(questions, `${lines.join('\n')}\n`);
  const project = await createProject(join(dir, 'project'), 'Odd');
  const report = await importQuestions(project, { imagesDir: images, questionsFile: questions });
  if (report.added !== lines.length) throw new Error(`imported ${JSON.stringify(report)}`);
  decide(project);
  return project;
}

function decide(project: Project): void {
  const run = testRun(project);
  for (const id of sampleIdsAfter(project.db, 0, 1000)) {
    const { width, height } = imageFacts(project.db, getSample(project.db, id).imageId);
    const rows = LABELS[id % LABELS.length]!;
    const labels = Int8Array.from(rows.join(''), (mark) => (mark === '#' ? 1 : mark === '.' ? 0 : -100));
    const transform = nativeTransform([width, height], GRID);
    predict(project, run, id, { ...testPrediction(), grid: GRID, transform, labels });
    submitReview(
      project.db,
      {
        sampleId: id,
        predictionId: null,
        decision: id % 9 === 0 ? 'reject' : 'accept',
        label: null,
        reviewer: '+ada',
        note: null,
        ...(id % 9 === 0 && { reason: '@blurred' }),
      },
      undefined,
    );
  }
}
