/**
 * The demo checkpoint as if it had been trained and published in float32: whatever its files hold, here every weight is a
 * float32 that no float16 equals, within half a unit in the last place of the float16. For what is about such checkpoints.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSafetensorsHeader } from '../../src-main/checkpoint/files/safetensors.ts';
import { decodeFloat16 } from '../../src-shared/kernels/float16.ts';
import { DEMO_CHECKPOINT } from './demo-goldens.ts';
import { seededRandom } from './random.ts';
import { writeSafetensors, type StoredTensor } from './safetensors.ts';

const FILES = ['model.safetensors', 'vision_tower/model.safetensors'];
/** Of a value: below half a unit in a float16's last place, which is 2^-11 of it at the least. */
const MOST = 2 ** -12;

/** The folder; one for the process, gone with it. */
export async function singlePrecisionDemo(): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'fovea-float32-demo-'));
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
  cpSync(DEMO_CHECKPOINT, dir, { recursive: true });
  for (const file of FILES) await write(join(DEMO_CHECKPOINT, file), join(dir, file));
  return dir;
}

async function write(from: string, to: string): Promise<void> {
  const bytes = readFileSync(from);
  const next = seededRandom(1);
  const tensors: Record<string, StoredTensor> = {};
  for (const [name, { dtype, shape, offset, length }] of await readSafetensorsHeader(from)) {
    const own = new Uint8Array(bytes.subarray(offset, offset + length)).buffer;
    const stored = dtype === 'F16' ? decodeFloat16(new Uint16Array(own)) : new Float32Array(own);
    const values = stored.map((value) => value * (1 + MOST * (2 * next() - 1)));
    tensors[name] = { dtype: 'F32', shape, data: new Uint8Array(values.buffer) };
  }
  writeSafetensors(to, tensors);
}
