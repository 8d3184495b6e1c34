/** `fovea serve`: the review page in a browser, on loopback only. */
import { resolve } from 'node:path';
import type { PublicUrl } from '../browser/access.ts';
import { serveUntilStopped } from '../serve.ts';
import { usageError, type AddCommand } from './frame/command.ts';
import { EXIT } from './frame/exit.ts';

interface Options {
  readonly port?: number;
  readonly host: string;
  readonly allow?: readonly string[];
  readonly publicUrl?: PublicUrl;
  readonly uploads?: number;
}

/** Each address lets one browser in, once: nobody who reads it later can use it. */
export const HOW_TO_GO_ON =
  'The address lets one browser in; press Enter for another one (or use: fovea open), Ctrl-C to stop.';

const ADDRESSES = { '127.0.0.1': '127.0.0.1', localhost: '127.0.0.1', '::1': '::1' } as const;

export const addServe: AddCommand = (program, cli) => {
  const command = program
    .command('serve')
    .description('serve the review page to a browser on this machine')
    .argument('[project]', 'project folder; without one the page offers the demo')
    .option('--port <n>', 'port; 0 takes a free one (default: the first free of a few usual ones)', parsePort)
    .option('--host <name>', 'loopback address to listen on', '127.0.0.1')
    .option(
      '--public-url <url>',
      'the https address that a proxy of yours serves this at: the one other host that is answered',
      parsePublicUrl,
    )
    .option(
      '--allow <dir>',
      'a folder the page may import from and export to, besides the home folder, this one and the project’s (repeatable)',
      (dir: string, before: readonly string[] = []) => [...before, dir],
    )
    .option(
      '--uploads <gb>',
      'gigabytes that pictures and files brought in from browsers may take in a project (default: 100; 0: none)',
      parseGigabytes,
    );
  cli.define<Options>(
    command,
    async ({ output, stdin, signal }, [project], { port, host, allow, publicUrl, uploads }) => {
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
        port: port ?? null,
        address,
        allow: allow ?? [],
        publicUrl: publicUrl ?? null,
        uploadBudget: uploads === undefined ? undefined : uploads * 1e9,
        signal,
        onReady: (url) => {
          output.result({ url, project: projectPath }, `Fovea is at ${url}`);
          output.note(HOW_TO_GO_ON);
          if (publicUrl) output.note(`Others come in at ${publicUrl.origin} with a link of: fovea invite`);
        },
        terminal: stdin,
        onAnother: (url) => output.note(`Another address: ${url}`),
      });
      return EXIT.done;
    },
  );
};

/** @throws FoveaError `usage` */
export function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw usageError(`--port must be 0 to 65535, not ${JSON.stringify(text)}`, '0 takes a free one');
}

/** @throws FoveaError `usage` */
export function parseGigabytes(text: string): number {
  if (/^\d{1,6}(\.\d{1,3})?$/.test(text)) return Number(text);
  throw usageError(`--uploads must be a number of gigabytes, not ${JSON.stringify(text)}`, '0 takes none');
}

/** An address of another machine's browser: over TLS, and of this page alone. @throws FoveaError `usage` */
export function parsePublicUrl(text: string): PublicUrl {
  const url = URL.parse(text);
  const plain =
    url !== null && url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
  if (url?.protocol === 'https:' && plain) return { host: url.host, origin: url.origin };
  throw usageError(
    `--public-url must be an https address without a path, not ${JSON.stringify(text)}`,
    'Give what people type, such as https://review.example.org, and let a proxy there do TLS; without one use an SSH tunnel',
  );
}
