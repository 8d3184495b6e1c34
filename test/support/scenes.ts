/** A stand-in for what comes with the app: three small scenes, a model folder, a preset. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Resources } from '../../src-main/jobs/presets/resources.ts';
import { testPreset } from './project.ts';

/** Writes a picture of one colour. */
export async function writePng(file: string, width = 30, height = 20): Promise<void> {
  await sharp({ create: { width, height, channels: 3, background: '#884422' } })
    .png()
    .toFile(file);
}

/** Makes the folders under `dir`. */
export async function standInResources(dir: string, scenes = 3): Promise<Resources> {
  const demoDir = join(dir, 'demo');
  const presetsDir = join(dir, 'presets');
  const images = join(demoDir, 'scenes/project/images');
  await mkdir(images, { recursive: true });
  await mkdir(join(demoDir, 'checkpoint'));
  await mkdir(presetsDir);
  await writeFile(join(demoDir, 'checkpoint/config.json'), '{}');
  await writeFile(
    join(presetsDir, 'demo.json'),
    JSON.stringify({ ...testPreset, id: 'demo', rpn: { k: 4, t: 2 } }),
  );
  const lines: string[] = [];
  for (let n = 1; n <= scenes; n++) {
    await writePng(join(images, `${n}.png`));
    lines.push(
      JSON.stringify({
        question_id: `scene-${n}`,
        image: `images/${n}.png`,
        text: `Which code is on tag ${n}?`,
        answer: `${n}${n}`,
        language: n % 2 ? 'en' : 'fr',
        split: 'demo',
        boxes: [[1, 2, 3, 4]],
      }),
    );
  }
  await writeFile(join(demoDir, 'scenes/project/questions.jsonl'), `${lines.join('\n')}\n`);
  return { demoDir, presetsDir, userPresetsDir: null };
}
