/** Streams a picture of the open project. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { openPictureFile } from '../../checkpoint/image/guarded-file.ts';
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
  const file = await openPictureFile(path).catch(() => null);
  if (file === null) return false;
  const { info } = file;
  const tag = `"${[info.size, Math.round(info.mtimeMs), info.ino].map((part) => part.toString(36)).join('-')}"`;
  response.setHeader('Cache-Control', 'private, no-cache');
  response.setHeader('ETag', tag);
  response.setHeader('Content-Security-Policy', PICTURE_POLICY);
  if (request.headers['if-none-match'] === tag || request.method === 'HEAD') {
    await file.close();
    if (request.method === 'HEAD') response.writeHead(200, headersOf(mime, info.size)).end();
    else response.writeHead(304).end();
    return true;
  }
  response.writeHead(200, headersOf(mime, info.size));
  await pipeline(file.chunks(), response);
  return true;
}

function headersOf(mime: string, bytes: number): Record<string, string | number> {
  return { 'Content-Type': mime, 'Content-Length': bytes };
}
