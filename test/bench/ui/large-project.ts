/**
 * A project of any size, written through the store itself. What is large is what matters to the page: rows to page
 * through, filter and decide. Pictures are shared, and only the first samples, which a bench walks through, have maps;
 * the others are as if `maps.db` had lost theirs.
 */
import { linkSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { presetSchema } from '../../../src-shared/contract/preset.ts';
import type { MapSet, PlacedMap } from '../../../src-shared/contract/outcome.ts';
import { encodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import { BG, FG, IGNORE, type Grid } from '../../../src-shared/kernels/types.ts';
import { transact } from '../../../src-main/store/db.ts';
import { ensureImage } from '../../../src-main/store/pictures/image.ts';
import { ensureModel } from '../../../src-main/store/runs/model.ts';
import { putMaps } from '../../../src-main/store/scores/maps.ts';
import { putPrediction, type NewPrediction } from '../../../src-main/store/predictions/prediction.ts';
import { ensurePreset } from '../../../src-main/store/runs/preset.ts';
import { createProject, type Project } from '../../../src-main/store/file/project.ts';
import { ensureRoot } from '../../../src-main/store/pictures/root.ts';
import { ensureRun, setActiveRun } from '../../../src-main/store/runs/run.ts';
import { addSample } from '../../../src-main/store/samples/sample.ts';
import { seededRandom } from '../../support/random.ts';

/** Width and height of a picture, in pixels. */
type Size = readonly [number, number];
const SIZE: Size = [1280, 960];
/** What scenes are laid out on; other grids show them larger. */
const GRID: Grid = [24, 24];
const DRAWN_PICTURES = 12;
const PICTURES = 400;
const SCENES = 64;
const WITH_MAPS = 3_000;
const BATCH = 5_000;
const COLOURS = ['red', 'green', 'blue', 'yellow', 'purple', 'white'];

interface Scene {
  readonly maps: MapSet;
  readonly prediction: NewPrediction;
}

/** Makes a labelled project of `samples` samples in the new folder `dir`; nothing of it is open afterwards. */
export async function makeLargeProject(
  dir: string,
  samples: number,
  grid: Grid = GRID,
  size: Size = SIZE,
): Promise<void> {
  const project = await createProject(dir, `${samples} samples`);
  try {
    const imageIds = await addPictures(project, size);
    const scenes = Array.from({ length: SCENES }, (_, n) => makeScene(n, grid, size));
    const runId = addRun(project);
    const keys = transact(project.db, () =>
      Array.from({ length: Math.min(samples, WITH_MAPS) }, (_, n) =>
        putMaps(project.db, scenes[n % SCENES]!.maps),
      ),
    );
    for (let first = 1; first <= samples; first += BATCH) {
      transact(project.db, () => {
        for (let n = first; n < Math.min(first + BATCH, samples + 1); n++) {
          const sampleId = addSample(project.db, {
            externalId: `s${String(n).padStart(6, '0')}`,
            imageId: imageIds[n % imageIds.length]!,
            question: `What is the code on the ${COLOURS[n % COLOURS.length]} tag no. ${n}?`,
            referenceAnswer: String(100 + (n % 900)),
            truthBoxes: [],
            language: ['en', 'de', 'zh'][n % 3]!,
            split: n % 10 === 0 ? 'test' : 'train',
            tags: [],
          });
          // Keys are positive: the negative ones name no maps.
          const key = keys[n - 1] ?? -n;
          if (sampleId !== null)
            putPrediction(project.db, runId, sampleId, key, scenes[(n - 1) % SCENES]!.prediction);
        }
      });
    }
  } finally {
    project.close();
  }
}

/** A few drawn pictures under many names: each is fetched and decoded on its own. */
async function addPictures({ db, path }: Project, [width, height]: Size): Promise<number[]> {
  const folder = join(path, 'images');
  mkdirSync(folder, { recursive: true });
  for (let n = 0; n < DRAWN_PICTURES; n++) {
    const coarse = Buffer.from(randomBytes(32 * 24 * 3, n));
    await sharp(coarse, { raw: { width: 32, height: 24, channels: 3 } })
      .resize(width, height, { kernel: 'cubic' })
      .jpeg({ quality: 88 })
      .toFile(join(folder, `${n}.jpg`));
  }
  const rootId = ensureRoot(db, path, folder);
  return Array.from({ length: PICTURES }, (_, n) => {
    const name = `${n}.jpg`;
    if (n >= DRAWN_PICTURES) linkSync(join(folder, `${n % DRAWN_PICTURES}.jpg`), join(folder, name));
    const { size, mtimeMs } = statSync(join(folder, name));
    return ensureImage(db, { rootId, path: name, bytes: size, mtimeMs, width, height });
  });
}

/** A bump of attention on a low noisy floor, its label and its box. */
function makeScene(n: number, grid: Grid, [width, height]: Size): Scene {
  const [rows, cols] = grid;
  const scale = rows / GRID[0];
  const noise = randomBytes(rows * cols, 1000 + n);
  const centre = { row: (3 + (n % 18)) * scale, col: (3 + ((n * 7) % 18)) * scale };
  const sinks = Float32Array.from(randomBytes(rows * cols, 2000 + n), (byte) => (byte / 255) ** 8 * 0.05);
  const values = Float32Array.from(noise, (byte, i) => {
    const distance = (Math.floor(i / cols) - centre.row) ** 2 + ((i % cols) - centre.col) ** 2;
    return Math.exp(-distance / (5 * scale ** 2)) * 0.02 + (byte / 255) * 0.002;
  });
  const logits = values.map((value) => value * 500 - 4);
  const transform = { scaleX: cols / width, scaleY: rows / height, offsetX: 0, offsetY: 0 };
  const placed = (bits: Uint16Array): PlacedMap => ({ grid, transform, bits });
  const map = placed(encodeFloat16(values));
  const cell = { x: width / cols, y: height / rows };
  const box = [
    (centre.col - 2 * scale) * cell.x,
    (centre.row - 2 * scale) * cell.y,
    (centre.col + 3 * scale) * cell.x,
    (centre.row + 3 * scale) * cell.y,
  ].map(Math.round) as [number, number, number, number];
  return {
    maps: {
      grounding: map,
      sink: placed(encodeFloat16(sinks)),
      question: null,
      denoised: map,
      rpn: placed(encodeFloat16(logits)),
    },
    prediction: {
      answer: String(100 + n),
      answerTokens: [n],
      grid,
      transform,
      labels: Int8Array.from(values, (value) => (value > 0.008 ? FG : value < 0.002 ? BG : IGNORE)),
      dropped: n % 8 === 0 ? { rule: 'area', value: 0.6, limit: 0.5 } : null,
      boxes: { raw: [box], denoised: [box], rpn: [box] },
      secondStage: { crop: box, from: 'rpn', answer: String(100 + n), skipped: null },
      timings: { total: 100 },
      device: 'cpu',
    },
  };
}

function addRun({ db }: Project): number {
  const modelId = ensureModel(db, {
    fingerprint: 'bench',
    dir: '/models/bench',
    name: 'bench',
    family: 'llava',
  });
  const presetId = ensurePreset(
    db,
    presetSchema.parse({
      id: 'bench',
      name: 'Bench',
      family: 'llava',
      grounding: [{ layer: 1, heads: [0] }],
      sink: [{ layer: 2, heads: [0] }],
      rows: 'answer',
      labels: { variant: 'llava', sinkThresh: 1e-3, binaryCoff: 0.2, bgCoff: 0.1, maxRatioLimit: 0.5 },
      roi: { variant: 'llava', form: 'bbox', threshold: 0.15 },
      rpn: { k: 1, t: 1 },
      maxNewTokens: 16,
    }),
  );
  const runId = ensureRun(db, { modelId, presetId, settings: {}, answerMode: 'self' });
  setActiveRun(db, runId);
  return runId;
}

function randomBytes(length: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from({ length }, () => random() * 256);
}
