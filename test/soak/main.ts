/**
 * `npm run soak [-- SEED [PART [COUNT]]]`: what is too long for every test run. Parts: `fuzz` (6,000 damaged files), `kills`
 * (twenty kill -9 under a labelling run), `training` (ten of a training), `evaluating` (ten of an evaluation), `way-back` (200 kill -9 of whatever else writes to a project), `together` (200 samples in
 * batches), `actions` (10,000 random actions on the page); `COUNT` in place of these. One JSON line per part; exit 1 when one has problems.
 */
import { ensureBuilt } from '../../scripts/lib/launch.mjs';
import { fuzz } from '../support/fuzz/run.ts';
import { soakActions } from './actions.ts';
import { killEvaluations } from './kills/evaluating.ts';
import { soakKills } from './kills/labelling.ts';
import { killTrainings } from './kills/training.ts';
import { killTheWayBack } from './kills/way-back.ts';
import { soakTogether } from './together.ts';

interface Part {
  readonly count: number;
  /** What it counts. */
  readonly of: string;
  readonly run: (seed: number, count: number) => Promise<{ problems: readonly string[] }>;
}

const parts: Readonly<Record<string, Part>> = {
  fuzz: {
    count: 6000,
    of: 'damaged files',
    run: async (seed, count) => {
      const { failures, ...report } = await fuzz(seed, count);
      return { ...report, problems: failures };
    },
  },
  kills: { count: 20, of: 'kills of a labelling run', run: soakKills },
  training: { count: 10, of: 'kills of a training', run: killTrainings },
  evaluating: { count: 10, of: 'kills of an evaluation of 500 samples by six methods', run: killEvaluations },
  'way-back': { count: 200, of: 'kills of what writes to a project', run: killTheWayBack },
  together: { count: 200, of: 'samples in batches of 1, 3, 8 and 32', run: soakTogether },
  actions: { count: 10_000, of: 'random actions', run: soakActions },
};

const [given, only, wanted] = process.argv.slice(2);
const seed = Number(given ?? Math.floor(Math.random() * 2 ** 31));
await ensureBuilt();
for (const [name, { count, of, run }] of Object.entries(parts)) {
  if (only !== undefined && only !== name) continue;
  const times = Number(wanted ?? count);
  process.stderr.write(`seed ${seed}: ${times} ${of}\n`);
  const started = performance.now();
  const report = await run(seed, times);
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stdout.write(`${JSON.stringify({ part: name, seed, seconds, ...report })}\n`);
  if (report.problems.length > 0) process.exitCode = 1;
}
