/** Streams a picture of the open project. Asked for by id only: no part of a path ever comes from the page. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { HostBackend } from '../host-backend.ts';
import { PICTURE_POLICY } from '../page/headers.ts';

/** The id in `/image/12`, or null when the path is not of that form. */
export function pictureId(urlPath: string): number | null {
  const match = /^\/image\/([1-9]\d{0,14})$/.exec(urlPath);
  return match ? Number(match[1]) : null;
}

/**
 * Answers with the picture. It may be kept by the browser but is asked for again each time (by size and mtime): after
 * another project is opened the same id is another picture.
 * @throws FoveaError `not_found`
 */
export async function sendPicture(
  backend: HostBackend,
  id: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { path, type } = await backend.imageFile(id);
  const info = await stat(path).catch((error: unknown) => {
    throw new FoveaError('not_found', 'The picture is not where it was', {
      where: path,
      next: 'Put it back, then reload the page',
      cause: error,
    });
  });
  const tag = `"${info.size.toString(36)}-${Math.round(info.mtimeMs).toString(36)}-${info.ino.toString(36)}"`;
  response.setHeader('Cache-Control', 'private, no-cache');
  response.setHeader('ETag', tag);
  response.setHeader('Content-Security-Policy', PICTURE_POLICY);
  if (request.headers['if-none-match'] === tag) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, { 'Content-Type': type, 'Content-Length': info.size });
  if (request.method === 'HEAD') response.end();
  else await pipeline(createReadStream(path), response);
}
