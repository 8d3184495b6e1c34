/** Samples to train the demo model's branch on: random states, and labels that a part of them decides. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeFeatures } from '../../src-main/features/codec.ts';
import { defaultTrainingSettings } from '../../src-shared/contract/training-defaults.ts';
import type { TrainingRunSettings } from '../../src-shared/contract/training.ts';
import { squaredTransform } from '../../src-shared/kernels/transform.ts';
import { seeded } from '../../src-shared/kernels/seeded.ts';
import type { TrainingExample } from '../../src-main/training/protocol.ts';

/** Of the demo model. */
const HIDDEN = 128;
const GRID = [4, 5] as const;
const PICTURE = [50, 40] as const;
const CELLS = GRID[0] * GRID[1];
/** Tokens before and after the visual ones. */
const [BEFORE, AFTER] = [3, 4];

/** `count` samples with their features in files of `folder`. The first number of a visual token's state decides its label. */
export function trainingSamples(folder: string, count: number, seed = 1): TrainingExample[] {
  mkdirSync(folder, { recursive: true });
  const random = seeded(seed);
  return Array.from({ length: count }, (_, n) => {
    const length = BEFORE + CELLS + AFTER;
    const rows = Float32Array.from({ length: length * HIDDEN }, () => random() * 2 - 1);
    const labels = new Int8Array(CELLS);
    for (let cell = 0; cell < CELLS; cell++) {
      const at = (BEFORE + cell) * HIDDEN;
      const inside = random() < 0.3;
      labels[cell] = random() < 0.1 ? -100 : Number(inside);
      for (let i = 0; i < HIDDEN / 2; i++) rows[at + i]! += inside ? 1 : 0;
    }
    labels[0] = 1;
    labels[1] = 0;
    const features = join(folder, `${n}.features`);
    const visual = [BEFORE, BEFORE + CELLS] as const;
    writeFileSync(
      features,
      encodeFeatures({
        rows,
        length,
        hiddenSize: HIDDEN,
        visual,
        grid: GRID,
        picture: { width: PICTURE[0], height: PICTURE[1], turned: 1 },
      }),
    );
    return { features, labels, grid: GRID, transform: squaredTransform(PICTURE, GRID), weight: 1 };
  });
}

/** Few steps at a rate that moves something. */
export function quickSettings(
  samples: number,
  changes: Partial<TrainingRunSettings> = {},
): TrainingRunSettings {
  return {
    ...defaultTrainingSettings('llava', samples),
    steps: 12,
    batch: 2,
    learningRate: 2e-3,
    measureEvery: 3,
    ...changes,
  };
}
