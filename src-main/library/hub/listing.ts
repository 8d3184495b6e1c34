/** What a repository holds at a revision: one list, at one commit, with sizes and hashes. */
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { OwnedFile } from '../owned.ts';
import { networkError, refused } from './failures.ts';
import { checkRepository } from './repository.ts';
import { request } from './request.ts';
import { retrying, type Patience } from './retry.ts';
import type { HubSettings } from './settings.ts';

export interface Listing {
  readonly repo: string;
  readonly revision: string;
  readonly commit: string;
  /** Names as the server gives them; `hash` is null where the server names none. */
  readonly files: readonly (Omit<OwnedFile, 'hash'> & { readonly hash: OwnedFile['hash'] | null })[];
}

/** A list of ten thousand files takes three. */
const MAX_BYTES = 16_000_000;

const TRIES = 3;

const sha1 = z.string().regex(/^[0-9a-f]{40}$/);
const answerSchema = z.object({
  sha: sha1,
  siblings: z
    .array(
      z.object({
        rfilename: z.string().min(1).max(1000),
        size: z.number().int().nonnegative().nullish(),
        blobId: sha1.nullish(),
        lfs: z
          .object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), size: z.number().int().nonnegative() })
          .nullish(),
      }),
    )
    .max(50_000),
});

/** @throws FoveaError `usage`, `unauthorized`, `not_found`, `network` or `cancelled` */
export async function listRepository(
  settings: HubSettings,
  repo: string,
  revision: string,
  patience: Patience,
  signal: AbortSignal,
): Promise<Listing> {
  checkRepository(repo, revision);
  if (settings.offline) {
    throw new FoveaError('network', 'downloads are switched off by HF_HUB_OFFLINE', {
      next: 'Unset it, or add a folder that is on this machine: fovea model add DIR',
    });
  }
  const url = `${settings.endpoint}/api/models/${repo}/revision/${encodeURIComponent(revision)}?blobs=true`;
  // Nothing has begun yet: whoever waits wants to know soon that there is no network.
  const few = { ...patience, tries: Math.min(patience.tries, TRIES) };
  const text = await retrying(
    url,
    few,
    signal,
    () => 0,
    async () => {
      const answer = await request(settings, url, { signal, stallMs: patience.stallMs });
      if (!answer.response.ok) {
        await answer.drop();
        throw refused(answer.response, `${repo} at revision ${revision}`, url, settings);
      }
      const pieces: Uint8Array[] = [];
      let size = 0;
      for await (const piece of answer.pieces) {
        pieces.push(piece);
        size += piece.length;
        if (size > MAX_BYTES) throw notAnEndpoint(url);
      }
      return Buffer.concat(pieces).toString('utf8');
    },
  );
  const parsed = answerSchema.safeParse(parseJson(text));
  if (!parsed.success) throw notAnEndpoint(url);
  const { sha: commit, siblings } = parsed.data;
  const files = siblings.map(({ rfilename: path, size, blobId, lfs }) => ({
    path,
    size: lfs?.size ?? size ?? -1,
    hash: lfs
      ? { kind: 'sha256' as const, hex: lfs.sha256 }
      : blobId
        ? { kind: 'git' as const, hex: blobId }
        : null,
  }));
  return { repo, revision, commit, files };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function notAnEndpoint(url: string): FoveaError {
  return networkError('the server does not answer as a Hugging Face endpoint does', url, 'Check HF_ENDPOINT');
}
