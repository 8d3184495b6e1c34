/**
 * `node scripts/node.mjs test/bench/data/embeddings.ts [--pictures 100000] [--near]`: how long comparing pictures takes, without the
 * thread and the project around it. One line of JSON: `load_ms` (the middle and lengths), `scan_ms_p95` (one picture against all),
 * `axes_ms` (the plane of at most 20,000), and with `--near` `near_s` (groups at 0.95). Numbers are of this machine and never asserted.
 */
import { parseArgs } from 'node:util';
import { POINTS_MOST } from '../../../src-shared/contract/procedures.ts';
import { EMBEDDING_SIZE } from '../../../src-shared/kernels/embeddings/embed.ts';
import { nearGroups } from '../../../src-shared/kernels/embeddings/near-groups.ts';
import { principalAxes } from '../../../src-shared/kernels/embeddings/principal.ts';
import { centred, directions, similarities } from '../../../src-shared/kernels/embeddings/similarity.ts';
import { seeded } from '../../../src-shared/kernels/seeded.ts';
import { percentile } from '../ui/waits.ts';

const SCANS = 40;
/** A tenth of the pictures are nearly another one. */
const COPIED = 0.1;

const { values } = parseArgs({
  options: { pictures: { type: 'string', default: '100000' }, near: { type: 'boolean', default: false } },
});
const count = Number(values.pictures);
const random = seeded(1);
const data = new Int8Array(count * EMBEDDING_SIZE);
for (let row = 0; row < count; row++) {
  const of = row > 0 && random() < COPIED ? Math.floor(random() * row) : null;
  for (let i = 0; i < EMBEDDING_SIZE; i++) {
    // Axes of falling variance, as encodings have them.
    const own = ((random() + random() + random() - 1.5) * 90) / Math.sqrt(1 + i);
    data[row * EMBEDDING_SIZE + i] =
      of === null ? 20 + own : data[of * EMBEDDING_SIZE + i]! + Math.round(random() * 2 - 1);
  }
}
const timed = <T>(body: () => T): readonly [T, number] => {
  const started = performance.now();
  return [body(), performance.now() - started];
};
const [set, load] = timed(() => centred({ count, data, scales: new Float32Array(count).fill(0.01) }));
const scans = Array.from({ length: SCANS }, (_, i) => timed(() => similarities(set, i % count))[1]);
const drawn = directions(set).subarray(0, Math.min(count, POINTS_MOST) * EMBEDDING_SIZE);
const [, axes] = timed(() => principalAxes(drawn, EMBEDDING_SIZE));
const near = values.near ? { near_s: timed(() => nearGroups(set, 0.95))[1] / 1000 } : {};
const numbers = { load_ms: load, scan_ms_p95: percentile(scans, 0.95), axes_ms: axes, ...near };
const rounded = Object.entries(numbers).map(([name, value]) => [name, Math.round(10 * value) / 10]);
process.stdout.write(`${JSON.stringify(Object.fromEntries(rounded))}\n`);
