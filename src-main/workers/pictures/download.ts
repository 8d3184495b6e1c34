/**
 * Pictures from the project's host over HTTP, one file at a time into a folder of the worker's own. A connection that breaks goes
 * on where it was; a host that is away is waited for.
 */
import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { request as plainRequest, type IncomingMessage } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { ChunkSample } from '../protocol/chunk.ts';
import { isLoopback } from './server.ts';
import type { HeldPicture, PictureSource } from './source.ts';

/** Where a run's pictures are just now, and what opens them. */
export interface Host {
  readonly url: string;
  readonly token: string;
}

export interface DownloadOptions {
  /** Asked `again` where the host did not answer: it may have moved. Throws `not_found` where the run is over. */
  readonly host: (again: boolean) => Promise<Host>;
  /** Folder for the files; the worker's own. */
  readonly folder: string;
  /** Hears why pictures are waited for; null: they come again. */
  readonly onWaiting: (reason: string | null) => void;
  readonly waitMs?: number;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** Silent for so long, a connection is given up. */
const SILENT_MS = 30_000;
/** Larger pictures are refused where they are imported, too. */
const MOST_BYTES = 2 ** 31;

/**
 * An address that a token may be sent to. @throws FoveaError `usage` for one that is neither TLS nor this machine's
 */
export function pictureAddress(text: string): string {
  const url = URL.parse(text);
  if (
    url?.protocol === 'https:' ||
    (url?.protocol === 'http:' && isLoopback(url.hostname.replace(/^\[|\]$/g, '')))
  ) {
    return url.href.replace(/\/+$/, '');
  }
  throw new FoveaError(
    'usage',
    'pictures are read over https, or over http from this machine (where a tunnel ends)',
    {
      where: text,
      next: 'Start the host with --certificate and --key, or lead a tunnel here (ssh -L)',
    },
  );
}

export function downloadedPictures(options: DownloadOptions): PictureSource {
  let count = 0;
  return {
    get: (sample, signal) => hold(options, join(options.folder, `${++count}.picture`), sample, signal),
  };
}

async function hold(
  options: DownloadOptions,
  path: string,
  { picture }: ChunkSample,
  signal: AbortSignal,
): Promise<HeldPicture> {
  const wait = { ms: options.waitMs ?? FIRST_WAIT_MS };
  const file = await open(path, 'w+', 0o600);
  try {
    const state: Partial = { at: 0, tag: null };
    for (let waited = false; ;) {
      stopped(signal);
      try {
        await part(await options.host(waited), picture.id, file, state, signal);
        if (waited) options.onWaiting(null);
        break;
      } catch (thrown) {
        stopped(signal);
        const error = FoveaError.from(thrown);
        if (!WAITED_FOR.has(error.code)) throw error;
        waited = true;
        options.onWaiting(error.toLine());
        await sleep(wait.ms, undefined, { signal }).catch(() => undefined);
        wait.ms = Math.min(2 * wait.ms, LONGEST_WAIT_MS);
      }
    }
    const hash = createHash('sha256');
    for await (const bytes of file.createReadStream({ start: 0, autoClose: false }))
      hash.update(bytes as Buffer);
    return {
      path,
      sha256: new Uint8Array(hash.digest()),
      release: () => rm(path, { force: true }),
    };
  } catch (thrown) {
    await rm(path, { force: true });
    throw thrown;
  } finally {
    await file.close();
  }
}

const WAITED_FOR: ReadonlySet<string> = new Set(['network', 'unauthorized']);

function stopped(signal: AbortSignal): void {
  if (signal.aborted) throw new FoveaError('cancelled', 'stopped');
}

/** How much of a file is here. */
interface Partial {
  at: number;
  /** Of the content that it is of. */
  tag: string | null;
}

async function part(
  host: Host,
  imageId: number,
  file: Awaited<ReturnType<typeof open>>,
  state: Partial,
  signal: AbortSignal,
): Promise<void> {
  const url = new URL(`${host.url}/pictures/${imageId}`);
  const response = await asked(url, host.token, state, signal);
  const { statusCode = 0 } = response;
  const said = { where: url.href } as const;
  try {
    if (statusCode === 404) throw new FoveaError('not_found', 'the host has no such picture', said);
    if (statusCode === 401) {
      throw new FoveaError(
        'unauthorized',
        'another program answers there, or the host works on another run',
        said,
      );
    }
    if (statusCode !== 200 && statusCode !== 206) {
      throw new FoveaError('network', `the host answers ${statusCode}`, said);
    }
    const tag = response.headers.etag ?? null;
    if (statusCode === 200 || tag !== state.tag) {
      // From its beginning, or another content than that of the part that is here.
      await file.truncate(0);
      const goesOn = statusCode === 206;
      Object.assign(state, { at: 0, tag: goesOn ? null : tag });
      if (goesOn) throw new FoveaError('network', 'the picture was replaced on its way', said);
    }
    const end = state.at + Number(response.headers['content-length'] ?? NaN);
    if (!(end <= MOST_BYTES)) throw new FoveaError('image_too_large', 'the picture is too large', said);
    for await (const bytes of response as AsyncIterable<Buffer>) {
      if (state.at + bytes.length > end)
        throw new FoveaError('network', 'the host sent more than it said', said);
      await file.write(bytes, 0, bytes.length, state.at);
      state.at += bytes.length;
    }
    if (state.at < end) throw new FoveaError('network', 'the connection broke', said);
  } catch (thrown) {
    if (thrown instanceof FoveaError) throw thrown;
    if (codeOf(thrown) === 'ENOSPC')
      throw new FoveaError('no_space', 'the disk for pictures is full', { cause: thrown });
    throw new FoveaError('network', 'the connection broke', { ...said, cause: thrown });
  } finally {
    response.destroy();
  }
}

function asked(url: URL, token: string, { at, tag }: Partial, signal: AbortSignal): Promise<IncomingMessage> {
  const headers = {
    Authorization: `Bearer ${token}`,
    ...(at > 0 && tag !== null ? { Range: `bytes=${at}-`, 'If-Range': tag } : {}),
  };
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
    const request = send(url, { headers, signal, timeout: SILENT_MS }, resolve);
    request.once('timeout', () => request.destroy(new Error('the host fell silent')));
    request.once('error', (cause) => {
      const words = codeOf(cause) ?? cause.message;
      reject(
        new FoveaError('network', `pictures cannot be had from their host (${words})`, {
          where: url.origin,
          next: 'See whether fovea label runs there; on another machine give --pictures FOLDER or the address of a tunnel',
          cause,
        }),
      );
    });
    request.end();
  });
}

function codeOf(thrown: unknown): string | null {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : null;
}
