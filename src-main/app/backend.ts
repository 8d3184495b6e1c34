/** The backend with its engine, as every host holds it. */
import type { WireError } from '../../src-shared/contract/errors.ts';
import { createBackend, type Backend } from '../rpc/backend.ts';
import { requireDatabase } from '../store/file/native-module.ts';
import { peopleIn } from './browser/people.ts';
import { dataDir, demoDir, preferencesFile, recentFile } from './data-dir.ts';
import { startEngine } from './engine.ts';
import { pathRules } from './path-rules.ts';
import { appResources, reviewerName } from './resources.ts';
import { startTrainer } from './trainer.ts';
import { trainerVersions } from './trainer-versions.ts';
import { appVersion } from './version.ts';

export type OpenedBackend = Pick<Backend, 'call' | 'subscribe' | 'imageFile' | 'download' | 'dispose'>;

/**
 * Opens a backend; disposing it ends its jobs and its engine.
 * @throws FoveaError when the project cannot be opened; nothing is left running
 */
export async function openBackend(options: {
  readonly host: 'electron' | 'browser';
  readonly projectPath: string | null;
  /** Folders beyond the usual ones that a page in a browser may read and write in. */
  readonly allow?: readonly string[];
  /** Bytes that what a page in a browser brings in may take. */
  readonly uploadBudget?: number | undefined;
  /** Why the backend before this one ended. */
  readonly ended?: WireError | null;
}): Promise<OpenedBackend> {
  requireDatabase();
  const engine = startEngine();
  try {
    const backend = await createBackend({
      host: options.host,
      projectPath: options.projectPath,
      ended: options.ended ?? null,
      ...(options.uploadBudget !== undefined && { uploadBudget: options.uploadBudget }),
      paths: pathRules(options.host, options.projectPath, options.allow),
      engine,
      version: appVersion(),
      training: { start: startTrainer, versions: trainerVersions() },
      reviewer: reviewerName(),
      resources: appResources(),
      demoProjectDir: demoDir(),
      dataDir: dataDir(),
      people: peopleIn(dataDir()),
      recentFile: recentFile(),
      preferencesFile: preferencesFile(),
    });
    engine.onStatus((status) => backend.publish('engine.changed', status));
    return {
      call: backend.call,
      subscribe: backend.subscribe,
      imageFile: backend.imageFile,
      download: backend.download,
      dispose: async () => {
        await backend.dispose();
        await engine.dispose();
      },
    };
  } catch (error) {
    await engine.dispose();
    throw error;
  }
}
