#!/usr/bin/env node
// The `fovea` command. Under `npm run` the folder is the checkout, so relative paths would mean something else than
// what the person typed: npm leaves the folder they were in as INIT_CWD.
import { ensureBuilt, launch } from './lib/launch.mjs';

const underNpm = process.env.npm_lifecycle_event === 'fovea';
if (process.argv[2] === 'serve') await ensureBuilt();
await launch('src-main/app/cli/main.ts', process.argv.slice(2), {
  cwd: (underNpm && process.env.INIT_CWD) || process.cwd(),
});
