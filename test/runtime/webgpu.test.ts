import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { z } from 'zod';
import { wireErrorSchema } from '../../src-shared/contract/errors.ts';
import { REGENERATE } from '../support/demo-goldens.ts';
import { swiftShaderEnv } from '../support/swiftshader.ts';

const TOLERANCE = 1e-2;
const env = swiftShaderEnv();

const reportSchema = z.object({
  device: z.string(),
  selfCheck: z.object({ maxError: z.number(), limit: z.number() }),
  errors: z.record(z.string(), z.number()),
  refusal: wireErrorSchema.nullable(),
});

const skip = env === null && 'no Chromium with SwiftShader on this machine';

test(
  'WebGPU over SwiftShader agrees with PyTorch, reuses prefixes, and a wrong device is refused by name',
  { skip },
  async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(import.meta.dirname, '../support/webgpu-child.ts')],
      { env: { ...process.env, ...env } },
    );
    const report = reportSchema.parse(JSON.parse(stdout));
    assert.equal(report.device, 'webgpu');
    assert.ok(report.selfCheck.maxError <= report.selfCheck.limit);
    assert.ok(Object.keys(report.errors).length > 10);
    for (const [what, error] of Object.entries(report.errors)) {
      assert.ok(error <= TOLERANCE, `${what} differ by ${error} on WebGPU; ${REGENERATE}`);
    }
    assert.equal(report.refusal?.code, 'device_disagrees');
    assert.equal(report.refusal?.where, 'webgpu');
    assert.match(report.refusal?.message ?? '', /webgpu.*error [\d.]+.*limit 0\.01/);
  },
);
