/**
 * Does calibration find good heads? On the demo's 420 questions: 30 are drawn at a time, a preset is proposed from them, and its map's
 * AUC on questions about all other pictures is put beside the demo preset's, which was chosen on other pictures altogether.
 * Run: node scripts/node.mjs test/bench/calibration.ts [--draws 20]
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withEngine } from '../../src-main/app/engine.ts';
import { withProject } from '../../src-main/app/projects.ts';
import { gather } from '../../src-main/jobs/calibrate/gather.ts';
import { neutralPreset } from '../../src-main/jobs/calibrate/neutral-preset.ts';
import { choiceOf } from '../../src-main/jobs/calibrate/proposal.ts';
import { presetSchema } from '../../src-shared/contract/preset.ts';
import { NO_FILTER } from '../../src-shared/contract/procedures.ts';
import { calibrate } from '../../src-shared/kernels/calibration/calibrate.ts';
import type { CalibrationSample } from '../../src-shared/kernels/calibration/sample.ts';
import { cleanedAuc } from '../../src-shared/kernels/calibration/sinks.ts';
import { shuffled } from '../../src-shared/kernels/seeded.ts';
import { fovea } from '../app/cli/run-cli.ts';

const BOXES = 30;
const DEMO = join(import.meta.dirname, '../../models/demo');
const { values } = parseArgs({ options: { draws: { type: 'string', default: '20' } } });

const all: CalibrationSample[] = [];
let heads = 0;
for (const part of ['project', 'heldout']) all.push(...(await mapsOf(join(DEMO, 'scenes', part))));
const text = readFileSync(join(DEMO, '../presets/demo.json'), 'utf8');
const preset = choiceOf(presetSchema.parse(JSON.parse(text)), heads);

const rows = Array.from({ length: Number(values.draws) }, (_, draw) => {
  const order = [...shuffled(all.length, draw + 1)];
  const drawn = order.slice(0, BOXES).map((i) => all[i]!);
  const seen = new Set(drawn.map(({ picture }) => picture));
  const others = order
    .slice(BOXES)
    .map((i) => all[i]!)
    .filter(({ picture }) => !seen.has(picture));
  const started = performance.now();
  const found = calibrate(drawn, { headsPerLayer: heads, folds: 10, resamples: 200, seed: 1, beside: null });
  return {
    seconds: (performance.now() - started) / 1000,
    promised: found.heldOut.denoised!,
    found: cleanedAuc(others, found.chosen.grounding, found.chosen.sinks)!,
    preset: cleanedAuc(others, preset.grounding, preset.sinks)!,
    heads: found.chosen.grounding.join(' '),
    sinks: found.chosen.sinks !== null,
  };
});
console.table(rows);
const mean = (of: 'found' | 'preset' | 'promised'): string =>
  (rows.reduce((sum, row) => sum + row[of], 0) / rows.length).toFixed(3);
const near = rows.filter((row) => row.found >= row.preset - 0.02).length;
console.log(
  `AUC on other pictures: found ${mean('found')} (promised ${mean('promised')}), preset ${mean('preset')}; ` +
    `within 0.02 below the preset or above in ${near} of ${rows.length} draws`,
);

async function mapsOf(folder: string): Promise<CalibrationSample[]> {
  const dir = mkdtempSync(join(tmpdir(), 'calibration-'));
  try {
    const path = join(dir, 'project');
    await fovea(['import', path, '--images', folder, '--questions', join(folder, 'questions.jsonl')]);
    return await withProject(path, (project) =>
      withEngine(async (engine) => {
        const { signal } = new AbortController();
        const model = { dir: join(DEMO, 'checkpoint'), device: 'cpu' } as const;
        const info = await engine.modelInfo(model, signal);
        heads = info.heads;
        const asked = { model, info, preset: neutralPreset(info, { prompt: 'textual' }) };
        const wish = { filter: NO_FILTER, against: 'truth', boxes: 1000, seed: 1 } as const;
        const { samples } = await gather(project, engine, asked, wish, () => undefined, signal);
        // Pictures are numbered anew in each project.
        return samples.map((sample) => ({ ...sample, picture: sample.picture + all.length * 1000 }));
      }),
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
