/**
 * `npm start -- [PROJECT] [--port N] [--browser] [--no-open] [--allow DIR]`: the demo project on the first run, then the best host
 * this machine has.
 */
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { exitOf } from '../cli/frame/exit.ts';
import { samePlace } from '../cli/open.ts';
import { HOW_TO_GO_ON, parsePort } from '../cli/serve.ts';
import { stopSignal } from '../cli/signals.ts';
import { findHosts } from '../browser/control.ts';
import { dataDir, demoDir } from '../data-dir.ts';
import { ensureDemo } from '../demo.ts';
import { serveUntilStopped } from '../serve.ts';
import { chooseHost, hasDisplay, thisMachine } from './choose-host.ts';
import { runElectron } from './electron-host.ts';
import { openPage, OPENING_MS } from './open-page.ts';

interface StartOptions {
  readonly project: string | null;
  readonly port: number | null;
  readonly browser: boolean;
  readonly open: boolean;
  readonly allow: readonly string[];
}

async function start(options: StartOptions, signal: AbortSignal): Promise<number> {
  const project = options.project ?? demoDir();
  if (options.project === null) await ensureDemo(project, process.stderr, signal);
  const machine = thisMachine();
  let choice = await chooseHost(machine, options.browser);
  if (choice.kind === 'electron') {
    const end = await runElectron(choice.program, project, options.project !== null, signal);
    if (end.kind === 'closed') return end.code;
    choice = { kind: 'browser', reason: end.why };
  }
  process.stdout.write(`Opening in the browser: ${choice.reason}.\n`);
  const show = (url: string): void => {
    if (options.open && hasDisplay(machine)) openPage(url);
  };
  const served = await findHosts(dataDir());
  const same = served.find((one) => one.project !== null && samePlace(one.project, project));
  if (same) {
    process.stdout.write(`Fovea serves this project already, at ${same.url}\n`);
    show(same.url);
    // The file that leads there is taken away with this process.
    if (options.open && hasDisplay(machine)) await sleep(OPENING_MS);
    return 0;
  }
  await serveUntilStopped({
    projectPath: project,
    port: options.port,
    address: '127.0.0.1',
    allow: options.allow,
    signal,
    onReady: (url) => {
      process.stdout.write(`Fovea is at ${url}\n${HOW_TO_GO_ON}\n`);
      show(url);
    },
    terminal: process.stdin,
    onAnother: (url) => process.stdout.write(`Another address: ${url}\n`),
  });
  return 0;
}

function options(): StartOptions {
  const usage = 'npm start -- [PROJECT] [--port N] [--browser] [--no-open] [--allow DIR]';
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      allowNegative: true,
      options: {
        port: { type: 'string' },
        browser: { type: 'boolean', default: false },
        open: { type: 'boolean', default: true },
        allow: { type: 'string', multiple: true, default: [] },
      },
    });
    if (positionals.length > 1) throw new Error('more than one project was given');
    return {
      project: positionals.length === 1 ? resolve(positionals[0]) : null,
      port: values.port === undefined ? null : parsePort(values.port),
      browser: values.browser,
      open: values.open,
      allow: values.allow.map((dir) => resolve(dir)),
    };
  } catch (error) {
    if (error instanceof FoveaError) throw error;
    throw new FoveaError('usage', error instanceof Error ? error.message : String(error), {
      next: `Use: ${usage}`,
    });
  }
}

let code: number;
try {
  code = await start(options(), stopSignal());
} catch (thrown) {
  const error = FoveaError.from(thrown);
  process.stderr.write(`fovea: ${error.toLine()}\n`);
  code = exitOf(error);
}
process.exit(code);
