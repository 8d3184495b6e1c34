/**
 * One measurement of one checkout in a process of its own, so that its memory is its own: `import`, `lists` or `export`; of this
 * checkout also what is compared with other programs (`peers.ts`): `fill`, `parquet-named`, `parquet-with`, `coco`.
 * Imports the checkout's own code by its path, through functions that older checkouts have as well. Prints JSON.
 */
import { join } from 'node:path';
import type * as Exporters from '../../../src-main/exporters/index.ts';
import type * as Export from '../../../src-main/jobs/export/export.ts';
import type * as Import from '../../../src-main/jobs/import/import.ts';
import type * as Store from '../../../src-main/store/file/project.ts';
import { label } from './label.ts';
import { measureLists } from './lists.ts';
import { ofCheckout } from './of-checkout.ts';

const [what, checkout, projectDir, imagesDir, questionsFile] = process.argv.slice(2) as [
  'import' | 'lists' | 'export' | 'fill' | 'parquet-named' | 'parquet-with' | 'coco',
  string,
  ...string[],
];

const load = (...places: string[]): Promise<unknown> => ofCheckout(checkout, ...places);

const { createProject, openProject } = (await load(
  'src-main/store/file/project.ts',
  'src-main/store/project.ts',
)) as typeof Store;
const started = performance.now();
const seconds = (): number => (performance.now() - started) / 1000;

if (what === 'import') {
  const { importQuestions } = (await load(
    'src-main/jobs/import/import.ts',
    'src-main/jobs/import.ts',
  )) as typeof Import;
  const project = await createProject(projectDir!, 'bench');
  const begun = seconds();
  const report = await importQuestions(project, { imagesDir: imagesDir!, questionsFile: questionsFile! });
  print({ import_rows_per_s: report.added / (seconds() - begun), rows: report.added });
  project.close();
} else if (what === 'fill' || what === 'coco') {
  const { importQuestions } = (await load('src-main/jobs/import/import.ts')) as typeof Import;
  const project = await createProject(projectDir!, 'bench');
  const of = { imagesDir: imagesDir!, questionsFile: questionsFile! };
  await measured(async () => (await importQuestions(project, of)).added);
  if (what === 'fill') await label(project, checkout);
  project.close();
} else if (what === 'parquet-named' || what === 'parquet-with') {
  const { exportSamples } = (await load('src-main/jobs/export/export.ts')) as typeof Export;
  const { exporters } = (await load('src-main/exporters/index.ts')) as typeof Exporters;
  const project = openProject(projectDir!);
  const wish = {
    format: 'parquet',
    path: join(projectDir!, '..', what),
    includeUnreviewed: true,
    replace: 'nothing',
    pictures: what === 'parquet-with' ? 'with' : 'named',
  } as const;
  await measured(async () => (await exportSamples(project, wish, exporters)).done);
  project.close();
} else if (what === 'lists') {
  const project = openProject(projectDir!);
  await label(project, checkout);
  print(await measureLists(project, checkout));
  project.close();
} else {
  const { exportSamples } = (await load(
    'src-main/jobs/export/export.ts',
    'src-main/jobs/export.ts',
  )) as typeof Export;
  const { exporters } = (await load('src-main/exporters/index.ts')) as typeof Exporters;
  const project = openProject(projectDir!);
  const begun = seconds();
  const report = await exportSamples(
    project,
    {
      format: 'jsonl',
      path: join(projectDir!, '..', 'labels.jsonl'),
      includeUnreviewed: false,
      replace: 'nothing',
    },
    exporters,
  );
  print({ export_samples_per_s: report.done / (seconds() - begun) });
  project.close();
}

/** Prints what work takes whose rows it gives. */
async function measured(work: () => Promise<number>): Promise<void> {
  const [begun, before] = [performance.now(), process.cpuUsage()];
  const rows = await work();
  const { user, system } = process.cpuUsage(before);
  const numbers = {
    seconds: (performance.now() - begun) / 1000,
    cpu_seconds: (user + system) / 1e6,
    rows,
    peak_rss_mb: process.resourceUsage().maxRSS / 1024,
  };
  process.stdout.write(`${JSON.stringify(numbers)}\n`);
}

function print(numbers: Readonly<Record<string, number>>): void {
  const peak = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(`${JSON.stringify({ ...numbers, [`${what}_peak_rss_mb`]: peak })}\n`);
}
