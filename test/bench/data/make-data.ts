/** A data set of any size on disk: small real pictures in folders, and a questions file about them in three languages. */
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import sharp from 'sharp';
import { seededRandom } from '../../support/random.ts';

const FOLDERS = 100;
const SIZES: readonly (readonly [number, number])[] = [
  [64, 48],
  [48, 64],
  [80, 80],
  [96, 32],
];
const THINGS = [
  'door',
  'window',
  'lamp',
  'car',
  'house',
  'dog',
  'tree',
  'bicycle',
  'sign',
  'bottle',
  'screen',
];
const COLOURS = ['red', 'green', 'blue', 'yellow', 'purple', 'white', 'orange', 'grey'];
const PLACES = ['left', 'right', 'top', 'bottom', 'middle'];

export interface Data {
  readonly imagesDir: string;
  readonly questionsFile: string;
}

/** Writes `questions` rows about `pictures` pictures below `dir`; the same ones every time. */
export async function makeData(dir: string, questions: number, pictures: number): Promise<Data> {
  const imagesDir = join(dir, 'images');
  const kinds: { readonly ending: string; readonly bytes: Buffer }[] = [];
  for (const [width, height] of SIZES) {
    const image = sharp({ create: { width, height, channels: 3, background: '#884422' } });
    kinds.push({ ending: 'jpg', bytes: await image.clone().jpeg().toBuffer() });
    kinds.push({ ending: 'png', bytes: await image.clone().png().toBuffer() });
  }
  for (let n = 0; n < FOLDERS; n++) mkdirSync(join(imagesDir, folderOf(n)), { recursive: true });
  const nameOf = (n: number): string =>
    `${folderOf(n)}/picture-${String(n).padStart(7, '0')}.${kinds[n % kinds.length]!.ending}`;
  for (let n = 0; n < pictures; n++)
    writeFileSync(join(imagesDir, nameOf(n)), kinds[n % kinds.length]!.bytes);

  const questionsFile = join(dir, 'questions.jsonl');
  const out = createWriteStream(questionsFile);
  const random = seededRandom(11);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  for (let n = 0; n < questions; n++) {
    const line = {
      question_id: `question-${String(n).padStart(7, '0')}`,
      image: nameOf(Math.floor((n * pictures) / questions)),
      ...asked(n, pick),
      answer: String(100 + (n % 900)),
      split: n % 10 === 0 ? 'test' : 'train',
      tags: [`part ${n % 20}`],
    };
    if (!out.write(`${JSON.stringify(line)}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  return { imagesDir, questionsFile };
}

/** [width, height] of picture `n`. */
export function sizeOf(n: number): readonly [number, number] {
  return SIZES[Math.floor((n % (2 * SIZES.length)) / 2)]!;
}

function asked(n: number, pick: <T>(list: readonly T[]) => T): { text: string; language: string } {
  const [colour, thing, place] = [pick(COLOURS), pick(THINGS), pick(PLACES)];
  if (n % 3 === 0) return { text: `图片${n}中的门是什么颜色的？`, language: 'zh' };
  if (n % 3 === 1) return { text: `Quel est le numéro ${n} de l'étiquette (${colour}) ?`, language: 'fr' };
  return { text: `What is the ${colour} ${thing} no. ${n} on the ${place} side made of?`, language: 'en' };
}

function folderOf(n: number): string {
  return `part-${String(n % FOLDERS).padStart(2, '0')}`;
}
