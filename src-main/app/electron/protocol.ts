/** `app://fovea/`: the built page and the open project's pictures, and nothing else. */
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { protocol } from 'electron';
import { openPictureFile } from '../../checkpoint/image/guarded-file.ts';
import type { PageFiles } from '../page/files.ts';
import { COMMON_HEADERS, pagePolicy, PICTURE_POLICY } from '../page/headers.ts';
import { pictureId } from '../page/picture-id.ts';
import type { BackendProcess } from './backend-process.ts';

export const APP_ORIGIN = 'app://fovea';

/** Must run before the app is ready: the scheme gets an origin of its own, like https. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
  ]);
}

/** Answers `app://fovea/…` from the page's files and the backend's pictures. */
export function serveApp(page: PageFiles, backend: BackendProcess): void {
  protocol.handle('app', async (request) => {
    const url = new URL(request.url);
    if (url.host !== 'fovea' || request.method !== 'GET') return nothing();
    const id = pictureId(url.pathname);
    if (id !== null) return picture(backend, id);
    const file = await page.read(url.pathname);
    if (file === null) return nothing();
    return new Response(new Uint8Array(file.body), {
      headers: {
        ...COMMON_HEADERS,
        'Content-Type': file.type,
        'Content-Security-Policy': pagePolicy(null),
        'Cache-Control': 'no-store',
      },
    });
  });
}

async function picture(backend: BackendProcess, id: number): Promise<Response> {
  const file = await backend.picture(id);
  const opened = file && (await openPictureFile(file.path).catch(() => null));
  if (!file || !opened) return nothing();
  const body = Readable.from(opened.chunks(), { objectMode: false });
  return new Response(Readable.toWeb(body) as ReadableStream<Uint8Array>, {
    headers: {
      ...COMMON_HEADERS,
      'Content-Type': file.mime,
      'Content-Length': String(opened.info.size),
      'Content-Security-Policy': PICTURE_POLICY,
      'Cache-Control': 'no-store',
    },
  });
}

function nothing(): Response {
  return new Response('There is nothing here\n', { status: 404, headers: { ...COMMON_HEADERS } });
}
