/** Made-up scenes: coloured tags with codes, attention-like maps around one of them, sinks included. */
import type {
  Prediction,
  PlacedMapBytes,
  PredictionMaps,
  Review,
  SampleDetail,
  SampleRow,
} from '../../../src-shared/contract/domain.ts';
import type { Preset } from '../../../src-shared/contract/preset.ts';
import { encodeFloat16 } from '../../../src-shared/kernels/float16.ts';

const ROWS = 16;
const COLS = 16;
const WIDTH = 448;
const HEIGHT = 448;
const TRANSFORM = { scaleX: COLS / WIDTH, scaleY: ROWS / HEIGHT, offsetX: 0, offsetY: 0 };
const COLOURS = ['red', 'green', 'blue', 'yellow', 'purple', 'white'];
const FILLS = ['#c0392b', '#3c8d4e', '#2f65a8', '#d8b23a', '#7b4a99', '#e8e4da'];

export const demoPreset: Preset = {
  id: 'demo',
  name: 'Demo, own heads',
  family: 'llava',
  grounding: [{ layer: 4, heads: [1, 3] }],
  sink: [{ layer: 1, heads: 'all' }],
  rows: 'answer',
  labels: { variant: 'llava', sinkThresh: 0.01, binaryCoff: 0.2, bgCoff: 0.1, maxRatioLimit: 0.5 },
  roi: { variant: 'llava', form: 'bbox', threshold: 0.15 },
  rpn: { k: 3, t: 2 },
  maxNewTokens: 16,
};

function noise(seed: number): () => number {
  let state = seed * 2654435761;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

function tags(id: number): { x: number; y: number; w: number; h: number; colour: number; code: number }[] {
  const random = noise(id);
  return Array.from({ length: 4 }, (_, i) => ({
    x: 30 + (i % 2) * 210 + Math.floor(random() * 60),
    y: 30 + Math.floor(i / 2) * 210 + Math.floor(random() * 80),
    w: 96,
    h: 64,
    colour: (id + i) % COLOURS.length,
    code: 100 + Math.floor(random() * 900),
  }));
}

/** An uncompressed bitmap (BMP) of the scene as a data URL: no drawing surface is needed to make it. */
function scene(id: number): string {
  const rowBytes = WIDTH * 3;
  const bytes = new Uint8Array(54 + rowBytes * HEIGHT);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, 54, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, WIDTH, true);
  view.setInt32(22, -HEIGHT, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  const fill = (x: number, y: number, w: number, h: number, colour: string) => {
    const value = Number.parseInt(colour.slice(1), 16);
    for (let row = y; row < Math.min(HEIGHT, y + h); row++) {
      for (let col = x; col < Math.min(WIDTH, x + w); col++) {
        bytes.set([value & 255, (value >> 8) & 255, value >> 16], 54 + row * rowBytes + col * 3);
      }
    }
  };
  fill(0, 0, WIDTH, HEIGHT, '#9d9a92');
  fill(0, 330, WIDTH, HEIGHT - 330, '#6e6a61');
  for (const { x, y, w, h, colour } of tags(id)) {
    fill(x - 4, y - 4, w + 8, h + 8, '#222222');
    fill(x, y, w, h, FILLS[colour]!);
    for (let digit = 0; digit < 3; digit++) fill(x + 18 + digit * 22, y + 18, 14, 28, '#111111');
  }
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return `data:image/bmp;base64,${btoa(binary)}`;
}

function blob(id: number, floor: number, peak: number): Float32Array {
  const tag = tags(id)[id % 4]!;
  const random = noise(id + 77);
  const cx = ((tag.x + tag.w / 2) / WIDTH) * COLS;
  const cy = ((tag.y + tag.h / 2) / HEIGHT) * ROWS;
  return Float32Array.from({ length: ROWS * COLS }, (_, i) => {
    const dx = (i % COLS) + 0.5 - cx;
    const dy = Math.floor(i / COLS) + 0.5 - cy;
    return floor * random() + peak * Math.exp(-(dx * dx) / 5 - (dy * dy) / 3);
  });
}

const isDropped = (id: number): boolean => id % 7 === 4;

function labelOf(id: number): Int8Array {
  if (isDropped(id)) return new Int8Array(ROWS * COLS).fill(-100);
  const map = blob(id, 0.002, 0.05);
  return Int8Array.from(map, (value) => (value > 0.02 ? 1 : value > 0.006 ? -100 : 0));
}

export function fakeRow(id: number, state: SampleRow['state']): SampleRow {
  const colour = COLOURS[tags(id)[id % 4]!.colour]!;
  const questions = [
    `What is the code on the ${colour} tag?`,
    `Quel est le code de l’étiquette ${colour} ?`,
    `${colour} 标签上的代码是多少？`,
  ];
  return {
    id,
    externalId: `scene-${String(id).padStart(5, '0')}`,
    imageId: id,
    size: [WIDTH, HEIGHT],
    question: questions[id % 3]!,
    language: ['en', 'fr', 'zh'][id % 3]!,
    split: id % 9 === 0 ? 'held-out' : 'train',
    state,
    dropped: state !== 'unlabelled' && isDropped(id) ? { rule: 'area', value: 0.6127, limit: 0.5 } : null,
    predictionId: state === 'unlabelled' ? null : id,
    picture: null,
    outcome: null,
    localised: null,
    disagreement: null,
    uncertainty: null,
    roiSize: null,
    answer: state === 'unlabelled' ? null : '17',
    cropAnswer: null,
    reviewedAt: null,
    flags: [],
    tags: [],
    notes: 0,
    note: null,
  };
}

export function fakeDetail(row: SampleRow, review: Review | null): SampleDetail {
  const tag = tags(row.id)[row.id % 4]!;
  const box = [tag.x, tag.y, tag.x + tag.w, tag.y + tag.h] as [number, number, number, number];
  const near = [tag.x - 14, tag.y - 10, tag.x + tag.w + 16, tag.y + tag.h + 14] as [
    number,
    number,
    number,
    number,
  ];
  const prediction: Prediction = {
    id: row.id,
    runId: 1,
    answer: String(tag.code - 17),
    grid: [ROWS, COLS],
    transform: TRANSFORM,
    label: Uint8Array.from(labelOf(row.id)),
    dropped: row.dropped,
    boxes: { raw: [[20, 20, 400, 380]], denoised: [near], rpn: [near] },
    secondStage: { crop: near, from: 'rpn', answer: String(tag.code), skipped: null },
    timings: { image: 41.2, generate: 118.7, rpn: 12.4, second: 63 },
    device: 'cpu',
  };
  return {
    id: row.id,
    externalId: row.externalId,
    question: row.question,
    referenceAnswer: String(tag.code),
    benchmark: null,
    outsideAnswers: [],
    truthBoxes: [box],
    proposals: [],
    language: row.language,
    split: row.split,
    tags: ['generated'],
    state: row.state,
    image: {
      id: row.id,
      width: WIDTH,
      height: HEIGHT,
      url: scene(row.id),
      name: `${row.externalId}.png`,
      problem: null,
      changed: null,
      replaced: false,
    },
    prediction: row.state === 'unlabelled' ? null : prediction,
    review,
    latestRevisionId: review?.id ?? null,
  };
}

export function fakeMaps(id: number): PredictionMaps {
  const raw = blob(id, 0.004, 0.05);
  raw[3] = 0.11;
  raw[200] = 0.09;
  const denoised = blob(id, 0.004, 0.05).map((value) => (value < 0.002 ? 0 : value));
  const logits = blob(id, 0.6, 6).map((value) => value - 4);
  const placed = (values: Float32Array): PlacedMapBytes => ({
    grid: [ROWS, COLS],
    transform: TRANSFORM,
    data: new Uint8Array(encodeFloat16(values).buffer as ArrayBuffer),
  });
  return {
    predictionId: id,
    grounding: placed(raw),
    sink: null,
    question: null,
    denoised: placed(denoised),
    rpn: id % 11 === 6 ? null : placed(logits),
  };
}
