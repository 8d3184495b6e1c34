import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { z } from 'zod';
import { swiftShaderEnv } from '../support/swiftshader.ts';

/** Of logits and probabilities of a tiny model; 3e-7 as measured. */
const STEPS = 1e-5;
/** Maps are stored as float16, whose last place is 2⁻¹⁰ of a number: what lies near a rounding goes either way. */
const MAPS = 2 ** -10;

const env = swiftShaderEnv();
const skip = env === null && 'no Chromium with SwiftShader on this machine';

const onDevice = { oneAtATime: z.string().nullable(), batches: z.boolean() };
const labelled = z.object({
  answers: z.tuple([z.array(z.number()), z.array(z.number())]),
  maps: z.array(z.number()),
});
const reportSchema = z.object({
  errors: z.record(z.string(), z.number()),
  together: z.object(onDevice),
  refused: z.object({ ...onDevice, code: z.string().nullable() }),
  demo: z.array(z.union([labelled, z.object({ code: z.array(z.string()) })])),
});

test(
  'WebGPU over SwiftShader: samples in flight together give what one at a time gives on the CPU, and a device whose steps of many are wrong takes one, and says why',
  { skip },
  async () => {
    const child = join(import.meta.dirname, '../support/webgpu-steps-child.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [child], {
      env: { ...process.env, ...env },
    });
    const { errors, together, refused, demo } = reportSchema.parse(JSON.parse(stdout));
    assert.deepEqual(together, { oneAtATime: null, batches: true });
    assert.deepEqual(Object.keys(errors), ['1 at once', '8 at once']);
    for (const [what, error] of Object.entries(errors)) {
      assert.ok(error <= STEPS, `steps of sequences of mixed lengths, ${what}, differ by ${error}`);
    }
    assert.equal(refused.batches, false);
    assert.equal(refused.code, 'internal');
    assert.match(
      refused.oneAtATime ?? '',
      /^webgpu computes something else when 3 samples decode together.*error [\d.]+, limit 0\.01$/,
    );
    const cancelled = demo.pop();
    assert.ok(cancelled && 'code' in cancelled);
    assert.equal(cancelled.code[0], 'cancelled');
    assert.equal(demo.length, 2);
    for (const [i, sample] of demo.entries()) {
      assert.ok('answers' in sample, JSON.stringify(sample));
      assert.deepEqual(...sample.answers);
      assert.ok(sample.maps.length >= 3);
      assert.ok(Math.max(...sample.maps) <= MAPS, `maps of sample ${i} differ by ${sample.maps.join(', ')}`);
    }
  },
);
