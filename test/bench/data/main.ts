/**
 * `npm run bench:data`: how fast questions come in and labels go out, and how long a list of a million takes. Prints one line:
 * `import_rows_per_s, import_peak_rss_mb, page_ms_p95, search_ms_p95, export_samples_per_s, export_peak_rss_mb` as JSON.
 * `--checkout DIR` measures another checkout of Fovea (its own code and `node_modules`) on the same data in the same run, a
 * step of each in turn, and prints both and how many times as fast the import is; `--checkout-samples N` gives that one fewer
 * rows. `--python PATH` (with `pip install pycocotools duckdb`) measures instead what other programs do too, side by side
 * (`peers.ts`): `--samples` samples as Parquet, a COCO file of `--annotations`. Numbers are of this machine and are never asserted.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { z } from 'zod';
import { type Data, makeData } from './make-data.ts';
import { measurePeers } from './peers.ts';

const { values } = parseArgs({
  options: {
    samples: { type: 'string', default: '1000000' },
    pictures: { type: 'string' },
    checkout: { type: 'string' },
    'checkout-samples': { type: 'string' },
    python: { type: 'string' },
    annotations: { type: 'string', default: '1000000' },
  },
});
const count = z.coerce.number().int().min(100);
const samples = count.parse(values.samples);
const pictures = count.parse(values.pictures ?? Math.max(100, samples / 10));
const otherSamples = count.parse(values['checkout-samples'] ?? samples);

const NAMES = [
  'import_rows_per_s',
  'import_peak_rss_mb',
  'page_ms_p95',
  'search_ms_p95',
  'export_samples_per_s',
  'export_peak_rss_mb',
] as const;
type Numbers = Record<(typeof NAMES)[number], number>;

interface Subject {
  readonly name: string;
  readonly checkout: string;
  readonly data: Data;
  readonly project: string;
  readonly numbers: Partial<Numbers>;
}

const say = (text: string) => process.stderr.write(`${text}\n`);
const own = resolve(import.meta.dirname, '../../..');
const dir = mkdtempSync(join(tmpdir(), 'fovea-bench-data-'));
try {
  if (values.python === undefined) await measureCheckouts();
  else {
    const of = { samples, annotations: count.parse(values.annotations) };
    process.stdout.write(`${JSON.stringify(await measurePeers(values.python, dir, of, say))}\n`);
  }
} finally {
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
}

async function measureCheckouts(): Promise<void> {
  say(`${samples} questions about ${pictures} pictures …`);
  const data = await makeData(join(dir, 'data'), samples, pictures);
  const subjects: Subject[] = [
    { name: 'after', checkout: own, data, project: join(dir, 'after/project'), numbers: {} },
  ];
  if (values.checkout !== undefined) {
    const fewer =
      otherSamples === samples
        ? data
        : await makeData(
            join(dir, 'fewer'),
            otherSamples,
            Math.max(100, (pictures * otherSamples) / samples),
          );
    subjects.unshift({
      name: 'before',
      checkout: resolve(values.checkout),
      data: fewer,
      project: join(dir, 'before/project'),
      numbers: {},
    });
  }
  for (const step of ['import', 'lists', 'export'] as const) {
    for (const subject of subjects) {
      say(`${step}, ${subject.name} …`);
      Object.assign(subject.numbers, await measure(step, subject));
    }
  }
  const [first, second] = subjects.map(({ numbers }) => rounded(numbers));
  const line =
    second === undefined
      ? first
      : {
          before: { samples: otherSamples, ...first },
          after: { samples, ...second },
          import_times: Math.round((10 * second.import_rows_per_s) / first!.import_rows_per_s) / 10,
        };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function measure(step: string, { checkout, project, data }: Subject): Promise<Record<string, number>> {
  const args = [
    join(import.meta.dirname, 'child.ts'),
    step,
    checkout,
    project,
    data.imagesDir,
    data.questionsFile,
  ];
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, ...args]);
  return z.record(z.string(), z.number()).parse(JSON.parse(stdout));
}

function rounded(numbers: Partial<Numbers>): Numbers {
  const pairs = NAMES.map((name) => [name, Math.round(10 * (numbers[name] ?? NaN)) / 10] as const);
  return Object.fromEntries(pairs) as Numbers;
}
