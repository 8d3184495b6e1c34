import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { z } from 'zod';
import { temporaryDir } from '../support/temporary-dir.ts';
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

/**
 * With the small buffers the output head, the patch kernel and the merger are in pieces. SwiftShader has no 16-bit
 * floats, so there float16 weights become float32 on the device.
 */
for (const [what, precision, maxBufferBytes] of [
  ['', 'as-stored', []],
  [' from its fp16 cache, with buffers of 20 kB', 'fp16', ['20000']],
] as const) {
  test(`WebGPU over SwiftShader agrees with transformers on Qwen2.5-VL${what}`, { skip }, async (t) => {
    const child = join(import.meta.dirname, '../support/webgpu-qwen-child.ts');
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [child, 'qwen2_5-vl-windows', precision, temporaryDir(t), ...maxBufferBytes],
      { env: { ...process.env, ...env } },
    );
    const { device, selfCheck, errors } = reportSchema.parse(JSON.parse(stdout));
    assert.equal(device, 'webgpu');
    assert.doesNotMatch(stderr, /onnxruntime/, 'what the device cannot do is found out quietly');
    assert.ok(selfCheck.maxError <= selfCheck.limit);
    assert.equal(Object.keys(errors).length, 4);
    for (const [what, error] of Object.entries(errors)) {
      assert.ok(error <= TOLERANCE, `${what} differ by ${error} on WebGPU; ${REGENERATE}`);
    }
  });
}
