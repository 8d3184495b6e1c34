/**
 * `npm run bench:workers`: what a shared queue costs and gives, on a PostgreSQL of the bench's own. How fast chunks go in, how many
 * bytes a sample takes on its way, how fast the host writes results, and the rate of the demo model with 1, 2 and 4 workers beside
 * `fovea label` alone, all on this machine. `-- --json`: one object. `-- --small`: a twentieth of the chunks, a third of the samples;
 * `-- --without-rates`: no models are run.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, whyNoPostgres } from '../../support/postgres.ts';
import { chunksIn } from './chunks.ts';
import { labelRates } from './rates.ts';
import { resultsBack } from './results.ts';

const SMALL = process.argv.includes('--small');
const JSON_ONLY = process.argv.includes('--json');
const CHUNKS = SMALL ? 2_500 : 50_000;
/** The demo has 120. */
const SAMPLES = SMALL ? 40 : 120;

const why = whyNoPostgres();
if (why !== null) throw new Error(why);
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const dir = mkdtempSync(join(tmpdir(), 'fovea-bench-workers-'));
const postgres = await startPostgres();
try {
  const enqueue = await chunksIn(postgres.url, randomUUID(), CHUNKS);
  say(
    `${enqueue.chunks} chunks of 200 samples into the queue: ${enqueue.seconds.toFixed(1)} s, ${enqueue.bytesPerChunk.toFixed(0)} bytes a chunk`,
  );
  const results = await resultsBack(postgres.url, join(dir, 'results'));
  for (const { grid, bytesPerSample, perSecond } of results) {
    say(
      `results on a grid of ${grid.join('×')}: ${bytesPerSample.toFixed(0)} bytes each, written at ${perSecond.toFixed(0)}/s`,
    );
  }
  const rates = process.argv.includes('--without-rates')
    ? null
    : await labelRates(postgres.url, join(dir, 'rates'), SAMPLES, say);
  const report = { cores: cpus().length, enqueue, results, rates };
  if (JSON_ONLY) process.stdout.write(`${JSON.stringify(report)}\n`);
} finally {
  await postgres.stop();
  rmSync(dir, { recursive: true, force: true });
}
