/** Where `fovea label --queue` hands out pictures. */
import { readFileSync } from 'node:fs';
import { FoveaError } from '../../../../src-shared/contract/errors.ts';
import type { PictureServerOptions } from '../../../workers/pictures/server.ts';
import { usageError } from './command.ts';

export interface ListenOptions {
  readonly listen: string;
  readonly certificate?: string;
  readonly key?: string;
}

export const LISTEN_OPTION = [
  '--listen <address>',
  'with --queue: ADDRESS:PORT (port 0: a free one) where workers get pictures, or none where they share the folder; beyond this machine only with --certificate',
  '127.0.0.1:0',
] as const;

export const CERTIFICATE_OPTION = [
  '--certificate <file>',
  'with --listen: certificate (PEM) for TLS',
] as const;
export const KEY_OPTION = ['--key <file>', 'with --certificate: its key (PEM)'] as const;

/** @returns null where pictures are not handed out. @throws FoveaError `usage` */
export function listenOf({
  listen,
  certificate,
  key,
}: ListenOptions): Omit<PictureServerOptions, 'picture'> | null {
  if ((certificate === undefined) !== (key === undefined)) {
    throw usageError('--certificate and --key belong together', 'Give both, or neither');
  }
  if (listen === 'none') return null;
  const found = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(listen);
  const port = Number(found?.[3]);
  if (!found || port > 65_535) {
    throw usageError(
      `--listen takes ADDRESS:PORT or none, not ${JSON.stringify(listen)}`,
      'See fovea label --help',
    );
  }
  const tls =
    certificate === undefined || key === undefined ? null : { cert: readPem(certificate), key: readPem(key) };
  return { address: found[1] ?? found[2] ?? '', port, tls };
}

function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new FoveaError('not_found', 'the file cannot be read', { where: file, cause });
  }
}
