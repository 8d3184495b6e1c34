/** Streams an export to a browser: a file as it is, a folder as one zip. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { zipBytes, zipOf } from '../../files/zip.ts';
import type { Download } from '../../rpc/downloads.ts';

/** The word in `/export/WORD`, or null when the path is not of that form. */
export function exportWord(urlPath: string): string | null {
  return /^\/export\/([\w-]{16,64})$/.exec(urlPath)?.[1] ?? null;
}

/** Cut off half-way it is shorter than it was said to be, and the browser says that it failed. */
export async function sendDownload(
  { name, files, zipped }: Download,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.writeHead(200, {
    'Content-Type': zipped ? 'application/zip' : 'application/octet-stream',
    'Content-Length': zipped ? zipBytes(files) : files[0]!.bytes,
    // RFC 6266: plain letters for whoever reads no other, the name itself beside them.
    'Content-Disposition': `attachment; filename="${plain(name)}"; filename*=UTF-8''${encoded(name)}`,
    'Content-Security-Policy': "default-src 'none'; sandbox",
  });
  if (request.method === 'HEAD') return void response.end();
  await pipeline(zipped ? zipOf(files) : files[0]!.read(), response);
}

function plain(name: string): string {
  return name.replace(/[^\w .()-]/g, '_');
}

/** RFC 5987. */
function encoded(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
