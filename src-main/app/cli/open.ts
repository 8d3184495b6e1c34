/** `fovea open`: another address of a host that runs, for another browser, or after the first address was used. */
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { findHosts, type FoundHost } from '../browser/control.ts';
import { forgetBrowsers } from '../browser/known-browsers.ts';
import { dataDir } from '../data-dir.ts';
import { hasDisplay, thisMachine } from '../start/choose-host.ts';
import { openPage, OPENING_MS } from '../start/open-page.ts';
import type { AddCommand } from './frame/command.ts';
import { EXIT } from './frame/exit.ts';

interface Options {
  readonly open: boolean;
  readonly forget: boolean;
}

export const addOpen: AddCommand = (program, cli) => {
  const command = program
    .command('open')
    .description('open another browser on a Fovea that is being served')
    .argument('[project]', 'the project it serves, where several are served')
    .option('--no-open', 'print the address only')
    .option('--forget', 'let nobody in any more who was let in before', false);
  cli.define<Options>(command, async ({ output }, [project], { open, forget }) => {
    if (forget) {
      await forgetBrowsers(dataDir());
      output.result({ forgotten: true }, 'Every browser has to be let in again');
      return EXIT.done;
    }
    const found = choose(await findHosts(dataDir()), project);
    output.result({ url: found.url, project: found.project }, `Fovea is at ${found.url}`);
    if (open && hasDisplay(thisMachine())) {
      openPage(found.url);
      // The file that leads there goes with this process.
      await sleep(OPENING_MS);
    }
    return EXIT.done;
  });
};

/** @throws FoveaError `not_found` when none serves it, `conflict` when several could be meant */
function choose(hosts: readonly FoundHost[], project: string | undefined): FoundHost {
  const meant =
    project === undefined
      ? hosts
      : hosts.filter((one) => one.project !== null && samePlace(one.project, project));
  if (meant.length === 1) return meant[0]!;
  if (meant.length === 0) {
    const what = project === undefined ? 'No Fovea is being served' : 'No Fovea serves this project';
    throw new FoveaError('not_found', `${what} with this data folder`, {
      where: project === undefined ? dataDir() : resolve(project),
      next: `Start one: fovea serve ${project ?? 'PROJECT'}`,
    });
  }
  const served = meant.map((one) => one.project ?? 'no project').join(', ');
  throw new FoveaError('conflict', `${meant.length} of them run: ${served}`, {
    next: 'Say which project: fovea open PROJECT',
  });
}

/** Whether two paths lead to the same folder. */
export function samePlace(a: string, b: string): boolean {
  const real = (path: string): string => {
    try {
      return realpathSync(path);
    } catch {
      return resolve(path);
    }
  };
  return real(a) === real(b);
}
