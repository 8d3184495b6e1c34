// `npm start`: from a bare checkout to the review page.
import { ensureBuilt, launch } from './lib/launch.mjs';

const underNpm = process.env.npm_lifecycle_event === 'start';
await ensureBuilt();
await launch('src-main/app/start/main.ts', process.argv.slice(2), {
  cwd: (underNpm && process.env.INIT_CWD) || process.cwd(),
});
