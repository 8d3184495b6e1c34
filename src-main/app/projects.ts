/** Opening projects for one piece of work. */
import { basename, resolve } from 'node:path';
import { createProject, isProject, openProject, type Project } from '../store/file/project.ts';
import { countAll } from '../store/samples/page.ts';

/**
 * Opens the project in `path` for `body` and closes it after. With `writes` one that can only be looked at is refused
 * before any work is done. @throws what {@link openProject} throws
 */
export async function withProject<T>(
  path: string,
  body: (project: Project) => Promise<T>,
  { writes = false } = {},
): Promise<T> {
  const project = openProject(path);
  try {
    if (writes && project.readOnly) throw project.readOnly;
    return await body(project);
  } finally {
    project.close();
  }
}

/**
 * As {@link withProject}, but makes the project when the folder is missing or empty. When `body` throws and there are no
 * samples, no project was made; samples that are there by then are kept, as in a project that was there before.
 */
export async function withNewOrOpenProject<T>(
  path: string,
  body: (project: Project) => Promise<T>,
): Promise<T> {
  if (isProject(path)) return withProject(path, body, { writes: true });
  const results: T[] = [];
  const failures: unknown[] = [];
  const project = await createProject(resolve(path), basename(resolve(path)), async (fresh) => {
    try {
      results.push(await body(fresh));
    } catch (thrown) {
      if (countAll(fresh.db) === 0) throw thrown;
      failures.push(thrown);
    }
  });
  project.close();
  if (failures.length > 0) throw failures[0];
  return results[0];
}
