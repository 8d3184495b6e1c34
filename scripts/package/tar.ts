/** The package as an archive to unpack anywhere, by GNU tar. */
import { basename, dirname } from 'node:path';
import { runTool } from './system-tool.ts';

/** Writes `folder`, with its name, to `archive`; the same files give the same bytes. */
export function writeTar(folder: string, archive: string): void {
  runTool('tar', [
    '--create',
    '--use-compress-program=gzip --no-name -6',
    `--file=${archive}`,
    '--sort=name',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--format=gnu',
    `--directory=${dirname(folder)}`,
    basename(folder),
  ]);
}
