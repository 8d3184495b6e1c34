/** Whether SQLite's native module runs in this process: asked once, before a project needs it. */
import Database from 'better-sqlite3';
import { FoveaError } from '../../../src-shared/contract/errors.ts';

/** `NAPI_VERSION` in better-sqlite3's binding.gyp. With less, opening a database ends the process without a word. */
const NODE_API = 10;
const NEXT = 'Install Fovea again; in a checkout: npm ci, then npm start';

/**
 * Opens a database in memory.
 * @param versions of the process that it is to run in
 * @throws FoveaError `io` where the module cannot be loaded
 */
export function requireDatabase(
  versions: { readonly napi?: string; readonly node: string; readonly electron?: string } = process.versions,
): void {
  if (Number(versions.napi ?? 0) < NODE_API) {
    const host = versions.electron === undefined ? `Node ${versions.node}` : `Electron ${versions.electron}`;
    throw new FoveaError(
      'io',
      `The database’s native module cannot be loaded: it needs Node-API ${NODE_API}, ${host} has ${versions.napi ?? 'none'}`,
      { next: NEXT },
    );
  }
  try {
    new Database(':memory:').close();
  } catch (error) {
    throw new FoveaError('io', 'The database’s native module cannot be loaded', {
      where: FoveaError.from(error).message,
      next: NEXT,
      cause: error,
    });
  }
}
