/**
 * `npm run demo:rpn [-- FOLDER]`: the demo model's RPN, trained from its base layers on its own pseudo-labels by the app's commands,
 * measured against the known boxes beside its teacher and the RPN that the checkpoint brings, and written in the authors' format.
 */
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runCli } from '../src-main/app/cli/run.ts';
import { stopSignal } from '../src-main/app/cli/signals.ts';
import { root } from './lib/paths.mjs';

const SCENES = join(root, 'models/demo/scenes');
/** The demo model is 1/32 as wide as those that the paper's rate is for. */
const RECIPE = ['--lr', '1e-3', '--steps', '300', '--batch', '8', '--seed', '1'];

const folder = resolve(process.argv[2] ?? join(root, '.cache/demo-rpn'));
const project = join(folder, 'project');
const signal = stopSignal();

async function fovea(...args: string[]): Promise<void> {
  process.stderr.write(`\nfovea ${args.join(' ')}\n`);
  const { stdin, stdout, stderr } = process;
  const code = await runCli(args, { stdin, stdout, stderr, signal });
  if (code !== 0) process.exit(code);
}

rmSync(folder, { recursive: true, force: true });
for (const scenes of ['project', 'heldout']) {
  await fovea(
    'import',
    project,
    '--images',
    join(SCENES, scenes),
    '--questions',
    join(SCENES, scenes, 'questions.jsonl'),
  );
}
await fovea('label', project, '--device', 'cpu', '--keep-features');
await fovea(
  'train',
  project,
  '--labels',
  'pseudo',
  '--truth',
  '--new-rpn',
  '1,2',
  '--held-out',
  '0.3',
  '--name',
  'demo',
  ...RECIPE,
);
await fovea('rpn', 'predict', project, '--rpn', 'demo');
await fovea('rpn', 'compare', project, 'demo', 'own', '--truth');
await fovea('rpn', 'compare', project, 'demo', 'teacher', '--truth');
await fovea('rpn', 'export', project, 'demo', '--out', join(folder, 'rpn'));
