// `npm run package -- KIND…`: builds what is packed, then packs it.
import { ensureBuilt, launch } from './lib/launch.mjs';

await ensureBuilt();
await launch('scripts/package.ts', process.argv.slice(2));
