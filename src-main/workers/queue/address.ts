/**
 * Where the queue's database is. Arguments of a program can be read by everybody on its machine, so an address with a password
 * may also come from a file or from the environment.
 */
import { statSync } from 'node:fs';
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { plainChunks } from '../../files/plain-file.ts';

/** Where the environment has it. */
export const ADDRESS_VARIABLE = 'FOVEA_QUEUE';

const FILE_BYTES = 64 << 10;
const NEXT = `Give it as postgres://USER@HOST:PORT/DATABASE to --queue, in a file to --queue-file, or in ${ADDRESS_VARIABLE}`;

export interface QueueAddress {
  /** With its password: to be given to the database's client, and to nobody else. */
  readonly url: string;
  /** Without it: for people. */
  readonly shown: string;
  /** What a person should know of how it came here; null: nothing. */
  readonly note: string | null;
}

/**
 * @param given `argument`: the option's value, `true` where it was given without one; `file`: path of a file that holds it
 * @throws FoveaError `usage` without an address, or for one that is none; what reading the file says
 */
export async function queueAddress(
  given: { readonly argument: string | true | undefined; readonly file: string | undefined },
  environment: Readonly<Record<string, string | undefined>>,
): Promise<QueueAddress> {
  const { argument, file } = given;
  if (typeof argument === 'string') {
    const address = parseAddress(argument, '--queue');
    const hidden = new URL(argument).password !== '';
    const note = hidden
      ? `Everybody on this machine can read the password in --queue: --queue-file or ${ADDRESS_VARIABLE} keeps it`
      : null;
    return { ...address, note };
  }
  if (file !== undefined) return { ...parseAddress(await readAddress(file), file), note: openFile(file) };
  const set = environment[ADDRESS_VARIABLE];
  if (set) return { ...parseAddress(set, ADDRESS_VARIABLE), note: null };
  throw new FoveaError('usage', 'the address of the queue is missing', { next: NEXT });
}

async function readAddress(file: string): Promise<string> {
  const parts: Buffer[] = [];
  const wish = { code: 'bad_input', next: NEXT, maxBytes: FILE_BYTES } as const;
  try {
    for await (const part of plainChunks(file, wish)) parts.push(part);
  } catch (thrown) {
    if (thrown instanceof FoveaError) throw thrown;
    throw new FoveaError('not_found', 'the file of the queue’s address cannot be read', {
      where: file,
      next: NEXT,
      cause: thrown,
    });
  }
  return Buffer.concat(parts).toString('utf8').trim();
}

function openFile(file: string): string | null {
  if (process.platform === 'win32') return null;
  const others = (statSync(file).mode & 0o077) !== 0;
  return others ? `Others on this machine can read ${file}: chmod 600 keeps it` : null;
}

function parseAddress(text: string, where: string): Omit<QueueAddress, 'note'> {
  const url = z.url({ protocol: /^postgres(ql)?$/ }).safeParse(text).success ? URL.parse(text) : null;
  // What was given may hold a password: it is not repeated.
  if (!url)
    throw new FoveaError('usage', 'that is not the address of a PostgreSQL database', { where, next: NEXT });
  const shown = new URL(url);
  shown.password = '';
  for (const name of shown.searchParams.keys()) if (/pass|key/i.test(name)) shown.searchParams.delete(name);
  return { url: text, shown: shown.href };
}
