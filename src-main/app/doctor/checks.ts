/**
 * What Fovea needs of a machine. `missing` is something it can do without (Electron, a GPU); only `failed` makes the
 * doctor's verdict bad.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { DeviceChoice, Engine } from '../../engine/protocol.ts';
import { demoModelDir } from '../../jobs/presets/resources.ts';
import { inApp } from '../app-root.ts';
import { dataDir } from '../data-dir.ts';
import { withEngine } from '../engine.ts';
import { appResources } from '../resources.ts';
import { findBrowser, findElectron } from './programs.ts';

export interface CheckResult {
  readonly name: string;
  readonly status: 'ok' | 'missing' | 'failed';
  readonly detail: string;
  readonly next: string | null;
}

const NEEDED_BYTES = 1024 ** 3;

/** Runs every check; one that throws is that check's failure. */
export async function runChecks(): Promise<CheckResult[]> {
  return [
    ok('node', process.version),
    ...(await withEngine((engine) => engineChecks(engine)).catch((error: unknown) => [
      failed('engine', error),
    ])),
    await folderCheck(dataDir()),
    programCheck('electron', findElectron(), 'npm start uses the browser instead'),
    programCheck('browser', findBrowser(), 'Any browser can open the address that fovea serve prints'),
  ];
}

async function engineChecks(engine: Engine): Promise<CheckResult[]> {
  const version = await packageVersion('onnxruntime-node').catch(() => 'unknown version');
  const results: CheckResult[] = [];
  for (const device of ['cpu', 'webgpu'] as const satisfies DeviceChoice[]) {
    results.push(await deviceCheck(engine, device, version));
  }
  return results;
}

/** Loads the demo model on the device, which includes the check of its numbers against the CPU. */
async function deviceCheck(engine: Engine, device: DeviceChoice, version: string): Promise<CheckResult> {
  try {
    const info = await engine.modelInfo({ dir: demoModelDir(appResources()), device });
    const alone = info.oneAtATime === undefined ? '' : `; one sample at a time: ${info.oneAtATime}`;
    return ok(
      device,
      `ONNX Runtime ${version}, demo model in ${info.loadMs.toFixed(0)} ms on ${info.device}${alone}`,
    );
  } catch (error) {
    if (device === 'cpu') return failed(device, error);
    return {
      name: device,
      status: 'missing',
      detail: FoveaError.from(error).message,
      next: 'The CPU is used',
    };
  }
}

async function folderCheck(folder: string): Promise<CheckResult> {
  const probe = join(folder, `.probe-${randomBytes(6).toString('hex')}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(probe, 'fovea');
    await rm(probe);
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    const detail = `${folder} can be written, ${(free / 1024 ** 3).toFixed(1)} GiB free`;
    if (free >= NEEDED_BYTES) return ok('data folder', detail);
    return {
      name: 'data folder',
      status: 'failed',
      detail,
      next: 'Free 1 GiB or set FOVEA_HOME to another folder',
    };
  } catch (error) {
    return failed('data folder', error, 'Set FOVEA_HOME to a folder that can be written');
  }
}

function programCheck(name: string, path: string | null, without: string): CheckResult {
  if (path !== null) return ok(name, path);
  return { name, status: 'missing', detail: 'not found', next: without };
}

function ok(name: string, detail: string): CheckResult {
  return { name, status: 'ok', detail, next: null };
}

function failed(name: string, thrown: unknown, next: string | null = null): CheckResult {
  const error = FoveaError.from(thrown);
  return { name, status: 'failed', detail: error.message, next: error.next ?? next };
}

async function packageVersion(name: string): Promise<string> {
  const text = await readFile(inApp(`node_modules/${name}/package.json`), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
