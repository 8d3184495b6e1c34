/**
 * Writes versions of the RPN as folders for `load.py`: an oracle case's branch with every weight moved, imported into a project and
 * exported with its base. Beside each, what Fovea's branch says of the case's prompt.
 *
 *   node test/golden/oracle/exported/export.ts OUT
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openFolders } from '../../../../src-main/checkpoint/open.ts';
import { baseModel } from '../../../../src-main/jobs/rpn/base.ts';
import { exportRpn } from '../../../../src-main/jobs/rpn/export.ts';
import { importRpn } from '../../../../src-main/jobs/rpn/import.ts';
import { loadModel } from '../../../../src-main/runtime/index.ts';
import { createProject } from '../../../../src-main/store/file/project.ts';
import { rpnFolder } from '../../../../src-main/store/training/rpn.ts';
import { decodeFloat16 } from '../../../../src-shared/kernels/float16.ts';
import { seeded } from '../../../support/numbers.ts';
import { expectedArray, readOracleCase } from '../../../support/oracle.ts';
import { rewriteTensors, splitRpn } from '../../../support/split-rpn.ts';
import type { StoredTensor } from '../../../support/safetensors.ts';

// Theirs knows no grouped heads in LLaVA, no other names than the original ones, and in Qwen no branch without heads.
const CASES = ['llava-original-twig', 'qwen2_5-vl-patch14', 'qwen2_5-vl-shrunk', 'qwen2_5-vl-windows'];
const [out] = process.argv.slice(2);
if (out === undefined) throw new Error('usage: export.ts OUT');
rmSync(out, { recursive: true, force: true });

for (const name of CASES) {
  const folder = join(out, name);
  mkdirSync(folder, { recursive: true });
  const golden = await readOracleCase(join(import.meta.dirname, '../cases', name));
  const { base, rpn } = await splitRpn(golden.dir, folder);
  const random = seeded(golden.seed);
  await rewriteTensors(rpn, rpn, (at, tensor) => (at.includes('twig_') ? moved(tensor, random) : tensor));
  const project = await createProject(join(folder, 'project'), name);
  const model = await baseModel({ dir: base });
  const version = await importRpn(project, { from: rpn, base: model, name: null });
  await exportRpn(project, { version, to: join(folder, 'exported'), base: model });
  const checkpoint = await openFolders({ dir: base, rpnDir: rpnFolder(project.path, version.id) });
  const loaded = await loadModel(checkpoint, { device: 'cpu' });
  const hidden = Float32Array.from(expectedArray(golden, 'layer_k'));
  const length = golden.expected.get('layer_k')!.shape[0]!;
  const logits = await loaded.rpn(hidden, [length - 1, length], golden.image_span, golden.grid);
  await loaded.dispose();
  project.close();
  writeFileSync(join(folder, 'fovea.json'), JSON.stringify({ case: golden.dir, logits: [...logits] }));
  process.stdout.write(`${name}\n`);
}

/** As float32, each value a little off: what training would have made of it. */
function moved({ dtype, shape, data }: StoredTensor, random: () => number): StoredTensor {
  const { buffer } = data.slice();
  const values =
    dtype === 'BF16'
      ? new Float32Array(Uint32Array.from(new Uint16Array(buffer), (half) => half << 16).buffer)
      : dtype === 'F16'
        ? decodeFloat16(new Uint16Array(buffer))
        : new Float32Array(buffer);
  const off = values.map((value) => value * (1 + 0.2 * (random() - 0.5)) + 0.02 * (random() - 0.5));
  return { dtype: 'F32', shape, data: new Uint8Array(off.buffer) };
}
