/**
 * `npm run soak [-- --kills N --seed S]`: labels the demo with the real command and engine, kills one or the other
 * twenty times at random moments, and checks that nothing was lost, doubled or changed. Minutes, so not part of
 * `npm test`, which does a handful.
 */
import { parseArgs } from 'node:util';
import { killRun } from '../support/kill-run.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    seed: { type: 'string' },
    samples: { type: 'string' },
  },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
process.stdout.write(`seed ${seed} (the same again: npm run soak -- --seed ${seed})\n`);
const { kills, problems, samples } = await killRun({
  kills: Number(values.kills),
  samples: Number(values.samples ?? 60),
  seed,
  log: (line) => process.stdout.write(`${line}\n`),
});
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(
  `${kills.backend} backend and ${kills.engine} engine kills: ` +
    `${problems.length === 0 ? `all ${samples} samples as in an undisturbed run` : `${problems.length} problems`}\n`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
