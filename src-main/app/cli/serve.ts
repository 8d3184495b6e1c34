/** `fovea serve`: the review page in a browser, on loopback only. */
import { resolve } from 'node:path';
import { serveUntilStopped } from '../serve.ts';
import { usageError, type AddCommand } from './command.ts';
import { EXIT } from './exit.ts';

interface Options {
  readonly port: number | null;
  readonly host: string;
}

const ADDRESSES = { '127.0.0.1': '127.0.0.1', localhost: '127.0.0.1', '::1': '::1' } as const;

export const addServe: AddCommand = (program, cli) => {
  const command = program
    .command('serve')
    .description('serve the review page to a browser on this machine')
    .argument('[project]', 'project folder; without one the page offers the demo')
    .option(
      '--port <n>',
      'port; 0 takes a free one (default: the first free of a few usual ones)',
      parsePort,
      null,
    )
    .option('--host <name>', 'loopback address to listen on', '127.0.0.1');
  cli.define<Options>(command, async ({ output, signal }, [project], { port, host }) => {
    const address = Object.hasOwn(ADDRESSES, host) ? ADDRESSES[host as keyof typeof ADDRESSES] : null;
    if (address === null) {
      throw usageError(
        `--host must be a loopback address, not ${host}`,
        'From another machine, use a tunnel: ssh -L PORT:127.0.0.1:PORT HOST',
      );
    }
    const projectPath = project === undefined ? null : resolve(project);
    await serveUntilStopped({
      projectPath,
      port,
      address,
      signal,
      onReady: (url) => {
        output.result({ url, project: projectPath }, `Fovea is at ${url}`);
        output.note('Press Ctrl-C to stop.');
      },
    });
    return EXIT.done;
  });
};

/** @throws FoveaError `usage` */
export function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw usageError(`--port must be 0 to 65535, not ${JSON.stringify(text)}`, '0 takes a free one');
}
