/** Question files and pictures to fuzz. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readImageSize } from '../../../src-main/checkpoint/image/decode.ts';
import { openImport } from '../../../src-main/importers/index.ts';
import { below, mutateBytes, mutateJson, pick } from './mutate.ts';
import type { Target } from './targets.ts';

const GOLDEN = join(import.meta.dirname, '../../golden/image');

const QUESTION = {
  question_id: 7,
  image: 'a/b.png',
  text: 'What is it?',
  answer: 'a tag',
  tags: ['x'],
  boxes: [[1, 2, 30, 40]],
};
const LLAVA = {
  id: 'a',
  image: 'a.png',
  conversations: [
    { from: 'human', value: '<image>\nWhat?' },
    { from: 'gpt', value: 'That' },
  ],
};
const QZOOM = {
  uid: 'u',
  question_id: 1,
  dataset: 'd',
  image: 'x.png',
  text: 'Q?',
  mode: 'm',
  max_new_tokens: 16,
};

export function importTarget(dir: string): Target {
  const path = join(dir, 'questions');
  return {
    name: 'importers',
    async run(random) {
      const one = JSON.stringify(pick<object>(random, [QUESTION, LLAVA, QZOOM]));
      const lines = Array.from({ length: 1 + below(random, 5) }, () =>
        random() < 0.5 ? one : mutateJson(one, random),
      );
      const text = random() < 0.3 ? `[${lines.join(',\n')}]` : lines.join('\n');
      writeFileSync(path, random() < 0.5 ? text : mutateBytes(Buffer.from(text), random));
      for await (const item of (await openImport(path)).items) {
        if (!item.ok && item.problem.message === '')
          throw new Error(`line ${item.line} has a problem without words`);
      }
    },
  };
}

export function imageTarget(dir: string): Target {
  const files = [
    'rgb.png',
    'photo-420.jpg',
    'first-frame.gif',
    'deflate.tif',
    'lossless.webp',
    'cmyk.jpg',
  ].map((name) => readFileSync(join(GOLDEN, name)));
  mkdirSync(join(dir, 'images'));
  return {
    name: 'images',
    async run(random) {
      const path = join(mkdtempSync(join(dir, 'images/')), 'image');
      writeFileSync(path, mutateBytes(pick(random, files), random, 400));
      await readImageSize(path);
    },
  };
}
