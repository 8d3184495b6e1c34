/**
 * What readers that are not Fovea make of every export format, on a project of odd names and pictures. Not part of the
 * tests: it needs a Python with the readers (`pip install datasets pandas pyarrow duckdb polars pycocotools webdataset`, and
 * `ultralytics` for YOLO), which is named by `--python PATH`. Prints a line for each check; one that fails ends it with 1.
 *
 *     node scripts/node.mjs test/exporters/readers/main.ts --python PATH [--keep DIR] [FORMAT…]
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { EXPORT_FORMATS } from '../../../src-shared/contract/export-formats.ts';
import { exporters } from '../../../src-main/exporters/index.ts';
import { exportSamples, type ExportRequest } from '../../../src-main/jobs/export/export.ts';
import { oddProject } from './odd-project.ts';

const { values, positionals } = parseArgs({
  options: { python: { type: 'string', default: 'python3' }, keep: { type: 'string' } },
  allowPositionals: true,
});

/** What is asked of each check beside the format; `read.py` has a function of each name. */
const CHECKS: Readonly<Record<string, Partial<ExportRequest> & Pick<ExportRequest, 'format'>>> = {
  csv: { format: 'csv' },
  jsonl_audit: { format: 'jsonl', audit: true },
  coco: { format: 'coco' },
  parquet: { format: 'parquet', licence: 'CC0', shardMegabytes: 1 },
  parquet_named: { format: 'parquet', pictures: 'named' },
  coco_polygons: { format: 'coco', shape: 'polygons' },
  masks: { format: 'masks', maskValues: 'one', maskIgnore: 'apart', pictures: 'with' },
  webdataset_tars: { format: 'webdataset', shardMegabytes: 1 },
  qzoom: { format: 'qzoom' },
  yolo_segment: { format: 'yolo', pictures: 'with' },
  yolo_detect: { format: 'yolo', pictures: 'linked', shape: 'boxes' },
};

const dir = values.keep ?? mkdtempSync(join(tmpdir(), 'fovea-readers-'));
mkdirSync(dir, { recursive: true });
let failed = false;
const project = await oddProject(dir);
try {
  for (const [check, wish] of Object.entries(CHECKS)) {
    if (positionals.length > 0 && !positionals.includes(wish.format)) continue;
    const path = join(dir, `${check}${EXPORT_FORMATS[wish.format].ending}`);
    const request = { path, includeUnreviewed: false, replace: 'own', ...wish } as const;
    const report = await exportSamples(project, request, exporters);
    writeFileSync(join(dir, `${check}.report.json`), JSON.stringify(report));
    const { status } = spawnSync(
      values.python,
      [join(import.meta.dirname, 'read.py'), check, path, join(dir, `${check}.report.json`)],
      { stdio: 'inherit', env: { ...process.env, HF_HOME: join(dir, 'hf'), HF_HUB_OFFLINE: '1' } },
    );
    if (status !== 0) failed = true;
    process.stdout.write(`${status === 0 ? 'read' : 'FAILED'}  ${check}\n`);
  }
} finally {
  project.close();
  if (values.keep === undefined) rmSync(dir, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;
