import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { z } from 'zod';
import { REGENERATE } from '../support/oracle.ts';
import { swiftShaderEnv } from '../support/swiftshader.ts';

const TOLERANCE = 1e-2;
const env = swiftShaderEnv();
const skip = env === null && 'no Chromium with SwiftShader on this machine';

const reportSchema = z.object({
  device: z.string(),
  selfCheck: z.object({ maxError: z.number(), limit: z.number() }),
  errors: z.record(z.string(), z.number()),
});

// With the small buffers the output head, the patch kernel and the merger are in pieces.
for (const [what, args] of [
  ['', []],
  [', with buffers of 20 kB', ['20000']],
] as const) {
  test(`WebGPU over SwiftShader agrees with transformers on Qwen2.5-VL${what}`, { skip }, async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(import.meta.dirname, '../support/webgpu-qwen-child.ts'), 'qwen2_5-vl-windows', ...args],
      { env: { ...process.env, ...env } },
    );
    const { device, selfCheck, errors } = reportSchema.parse(JSON.parse(stdout));
    assert.equal(device, 'webgpu');
    assert.ok(selfCheck.maxError <= selfCheck.limit);
    assert.equal(Object.keys(errors).length, 4);
    for (const [what, error] of Object.entries(errors)) {
      assert.ok(error <= TOLERANCE, `${what} differ by ${error} on WebGPU; ${REGENERATE}`);
    }
  });
}
