/** ONNX Runtime tells nobody anything: its events and the identifier of this machine are off in whatever process loads it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { root } from '../../scripts/lib/paths.mjs';
import { DEMO_CHECKPOINT } from '../support/demo.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const LIBRARY = join(root, 'node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1');
/** What would keep it silent by itself (onnxruntime/core/platform/telemetry_environment.h), and so prove nothing. */
const SILENT = ['ORT_DISABLE_TELEMETRY', 'ORT_RUNNING_UNIT_TESTS', 'CI', 'TF_BUILD', 'GITHUB_ACTIONS'];
const skip = existsSync(LIBRARY) ? false : 'looks into the library for linux-x64';

test('the library still reads the variable that Fovea sets', { skip }, () => {
  assert.ok(readFileSync(LIBRARY).includes('ORT_DISABLE_TELEMETRY\0'));
});

test('a model that is loaded leaves no identifier of this machine and no events to send', { skip }, (t) => {
  const home = temporaryDir(t);
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !SILENT.includes(name)));
  const [runtime, opener] = ['src-main/runtime/index.ts', 'src-main/checkpoint/open.ts'].map(
    (path) => pathToFileURL(join(root, path)).href,
  );
  const code = `
    const { loadModel } = await import(${JSON.stringify(runtime)});
    const { openModel } = await import(${JSON.stringify(opener)});
    const model = await loadModel(await openModel(${JSON.stringify(DEMO_CHECKPOINT)}), { device: 'cpu' });
    process.stdout.write(typeof model.info.parameters);`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: home,
    env: { ...env, HOME: home, XDG_CACHE_HOME: join(home, 'cache'), FOVEA_HOME: join(home, 'fovea') },
    encoding: 'utf8',
  });
  assert.equal(stdout, 'number', stderr);
  const left = readdirSync(home, { recursive: true, encoding: 'utf8' });
  assert.deepEqual(
    left.filter((path) => /microsoft|onnxruntime|\.ses$/i.test(path)),
    [],
  );
});
