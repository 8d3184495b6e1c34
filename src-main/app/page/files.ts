/**
 * The page's files by URL path. Only what the build wrote can be named: the folder is listed once and a request is
 * looked up in that list, so there is no path to traverse.
 */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
}

export interface PageFiles {
  /** The file at a URL path (`/` is index.html), or null when the page has none there. */
  read(urlPath: string): Promise<PageFile | null>;
}

/**
 * The built page in `dir`.
 * @throws FoveaError `not_found` when there is no built page
 */
export function openPageFiles(dir: string): PageFiles {
  const paths = new Map<string, string>();
  try {
    for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      paths.set(`/${relative(dir, path).split(sep).join('/')}`, path);
    }
  } catch (error) {
    throw new FoveaError('not_found', 'The page is not built', {
      where: dir,
      next: 'Run: npm run build',
      cause: error,
    });
  }
  const index = paths.get('/index.html');
  if (index === undefined) {
    throw new FoveaError('not_found', 'The page is not built', { where: dir, next: 'Run: npm run build' });
  }
  paths.set('/', index);
  return {
    read: async (urlPath) => {
      const path = paths.get(urlPath);
      if (path === undefined) return null;
      return { type: TYPES[extname(path)] ?? 'application/octet-stream', body: await readFile(path) };
    },
  };
}
