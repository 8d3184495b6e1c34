// Runs a TypeScript file of the checkout: `node scripts/node.mjs FILE.ts [ARGS]`.
import { launch } from './lib/launch.mjs';
import { fail } from './lib/log.mjs';

const [file, ...args] = process.argv.slice(2);
if (!file) fail('usage: node scripts/node.mjs FILE.ts [ARGS]');
await launch(file, args);
