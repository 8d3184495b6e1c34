/** Streams a picture of the open project. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { ImageFile } from '../../rpc/image-file.ts';
import { PICTURE_POLICY } from '../page/headers.ts';

/**
 * Answers with the picture. It may be kept by the browser but is asked for again each time (by size and mtime): after
 * another project is opened the same id is another picture.
 * @returns false, with nothing sent, when the file is gone
 */
export async function sendPicture(
  { path, mime }: ImageFile,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const info = await stat(path).catch(() => null);
  if (info === null) return false;
  const tag = `"${[info.size, Math.round(info.mtimeMs), info.ino].map((part) => part.toString(36)).join('-')}"`;
  response.setHeader('Cache-Control', 'private, no-cache');
  response.setHeader('ETag', tag);
  response.setHeader('Content-Security-Policy', PICTURE_POLICY);
  if (request.headers['if-none-match'] === tag) {
    response.writeHead(304).end();
    return true;
  }
  response.writeHead(200, { 'Content-Type': mime, 'Content-Length': info.size });
  if (request.method === 'HEAD') response.end();
  else await pipeline(createReadStream(path), response);
  return true;
}
