/**
 * `npm run soak [-- SEED [PART]]`: what is too long for every test run. Parts: `fuzz` (6,000 damaged files), `kills`
 * (twenty kill -9 under a labelling run), `way-back` (200 kill -9 of whatever else writes to a project), `actions` (10,000
 * random actions on the page). One JSON line per part; exit 1 when one has problems.
 */
import { fuzz } from '../support/fuzz/run.ts';
import { soakActions } from './actions.ts';
import { soakKills } from './kills/labelling.ts';
import { killTheWayBack } from './kills/way-back.ts';

const MUTATIONS = 6000;
const WAY_BACK_KILLS = 200;

const parts: Record<string, (seed: number) => Promise<{ problems: readonly string[] }>> = {
  fuzz: async (seed) => {
    process.stderr.write(`seed ${seed}: ${MUTATIONS} damaged files\n`);
    const { failures, ...report } = await fuzz(seed, MUTATIONS);
    return { ...report, problems: failures };
  },
  kills: soakKills,
  'way-back': async (seed) => {
    process.stderr.write(`seed ${seed}: ${WAY_BACK_KILLS} kills of what writes to a project\n`);
    return killTheWayBack(seed, WAY_BACK_KILLS);
  },
  actions: soakActions,
};

const seed = Number(process.argv[2] ?? Math.floor(Math.random() * 2 ** 31));
const only = process.argv[3];
for (const [part, run] of Object.entries(parts)) {
  if (only !== undefined && only !== part) continue;
  const report = await run(seed);
  process.stdout.write(`${JSON.stringify({ part, seed, ...report })}\n`);
  if (report.problems.length > 0) process.exitCode = 1;
}
