/**
 * A whole epoch of `bench:train`: Fovea from kept features beside the authors' way, which runs the frozen layers at every
 * step, on `bench:oracle`'s model. Pictures, prompts and labels are the same; PyTorch trains on a few samples, and its
 * time is scaled to all of them. Making the features is timed by itself: it is done once, by labelling as a rule.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCheckpoint } from '../../../src-main/checkpoint/checkpoint.ts';
import { buildPrompt } from '../../../src-main/checkpoint/prompt.ts';
import { EngineClient } from '../../../src-main/engine/client.ts';
import { seeded } from '../../support/numbers.ts';
import { writeCheckpoint, writePicture } from '../oracle/checkpoint.ts';
import { presetOf } from '../oracle/labellers.ts';
import type { Manifest } from './manifest.ts';
import { epochSchema } from './manifest.ts';
import { openSide } from './side.ts';

/** Of 16 layers: the middle, as 15 of 32 in LLaVA-1.5-7B. */
const BRANCH = { k: 8, t: 3 } as const;
const BATCH = 16;
const DEVICE_BATCH = 8;
const QUESTIONS = 8;
const CELLS = 24 * 24;

export interface EpochOptions {
  readonly python: string;
  readonly dir: string;
  readonly threads: number;
  readonly samples: number;
  /** Samples that PyTorch trains on. */
  readonly theirs: number;
  readonly say: (text: string) => void;
}

export interface EpochResult {
  readonly samples: number;
  /** The authors' way over Fovea's, processor time of a sample; and by the clock. */
  readonly run_over_reference: number;
  readonly run_over_reference_by_clock: number;
  /** Of the whole epoch, scaled: Fovea, PyTorch. */
  readonly epoch_processor_seconds: readonly [number, number];
  readonly features_seconds: number;
  readonly epoch_loss_difference: number;
}

export async function measureEpoch(options: EpochOptions): Promise<EpochResult> {
  const { python, dir, threads, samples, theirs: few, say } = options;
  const model = join(dir, 'model');
  mkdirSync(model);
  say('epoch: writing a random model …');
  writeCheckpoint(model);
  say(`epoch: making the features of ${samples} samples …`);
  const start = performance.now();
  const manifest = join(dir, 'manifest.json');
  writeFileSync(manifest, JSON.stringify(await prepare(options, model)));
  const featuresSeconds = (performance.now() - start) / 1000;
  say(`epoch: features made in ${featuresSeconds.toFixed(0)} s`);

  const args = [model, manifest, String(threads)];
  const ours = await openSide(process.execPath, [join(import.meta.dirname, 'epoch-ours.ts'), ...args]);
  const a = await ours.ask({ samples }, epochSchema).finally(() => ours.close());
  say(`epoch: ${samples} samples in ${a.processor.toFixed(0)} s of processor time`);
  const theirs = await openSide(python, [join(import.meta.dirname, 'epoch-theirs.py'), ...args]);
  const b = await theirs.ask({ samples: few }, epochSchema).finally(() => theirs.close());
  say(`epoch: PyTorch, ${few} samples in ${b.processor.toFixed(0)} s of processor time`);
  if (ours.parameters !== theirs.parameters)
    throw new Error(`the sides train ${ours.parameters} and ${theirs.parameters} numbers`);
  const scale = samples / few;
  return {
    samples,
    run_over_reference: (b.processor * scale) / a.processor,
    run_over_reference_by_clock: (b.seconds * scale) / a.seconds,
    epoch_processor_seconds: [a.processor, b.processor * scale],
    features_seconds: featuresSeconds,
    epoch_loss_difference: Math.max(...b.losses.map((loss, i) => Math.abs(loss - (a.losses[i] ?? NaN)))),
  };
}

/** Pictures with several questions each, their features as the engine keeps them, and random labels. */
async function prepare({ dir, threads, samples }: EpochOptions, checkpoint: string): Promise<Manifest> {
  const { tokenizer, config } = await openCheckpoint(checkpoint);
  const engine = new EngineClient({ cpuThreads: threads });
  const model = { dir: checkpoint, device: 'cpu' as const };
  const list: Manifest['samples'] = [];
  try {
    let image = '';
    for (let i = 0; i < samples; i++) {
      if (i % QUESTIONS === 0) image = await writePicture(dir, i + 1);
      const question = `What is the code on the red tag in row ${(i % QUESTIONS) + 1}?`;
      const { before, after } = buildPrompt(tokenizer, config.imageTokenId, question);
      const visual = new Array<number>(CELLS).fill(config.imageTokenId ?? 0);
      const { features } = await engine.features({
        model,
        preset: presetOf(1),
        imagePath: image,
        question,
        layer: BRANCH.k,
      });
      const path = join(dir, `features-${i}`);
      writeFileSync(path, features);
      list.push({
        image,
        ids: [...before, ...visual, ...after],
        visual: [before.length, before.length + CELLS],
        features: path,
      });
    }
  } finally {
    await engine.dispose();
  }
  const random = seeded(11);
  const labels = join(dir, 'labels');
  writeFileSync(
    labels,
    Int8Array.from({ length: samples * CELLS }, () => Number(random() < 0.2)),
  );
  return { ...BRANCH, batch: BATCH, device_batch: DEVICE_BATCH, labels, samples: list };
}
