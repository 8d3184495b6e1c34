/**
 * The projects that were opened last, newest first, in one small file of the data folder. A convenience: a file that
 * cannot be read is an empty list, and one that cannot be written keeps nobody from opening a project.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { recentProjectSchema, type RecentProject } from '../../src-shared/contract/procedures.ts';
import { guardedStat, readSmallText } from '../files/plain-file.ts';
import { writeJson } from '../library/atomic-json.ts';
import { PROJECT_FILE } from '../store/file/project.ts';

/** More than fit the start page are no help in finding one. */
const MOST = 6;
/** One entry that cannot be read takes none of the others. */
const fileSchema = z.object({ projects: z.array(z.unknown()) });
const MAX_BYTES = 1_000_000;

/** Those that are still there. @param file null: nothing is remembered */
export async function recentProjects(file: string | null): Promise<RecentProject[]> {
  const all = await remembered(file);
  // One on a share that does not answer is not there today; the others are.
  const there = await Promise.all(
    all.map(({ path }) =>
      guardedStat(join(path, PROJECT_FILE)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return all.filter((_, i) => there[i]);
}

/** Puts a project first. Two processes that do so at once may forget one of the two. */
export async function rememberProject(file: string | null, project: RecentProject): Promise<void> {
  if (file === null) return;
  const others = (await recentProjects(file)).filter(({ path }) => path !== project.path);
  await writeJson(file, { projects: [project, ...others].slice(0, MOST) }).catch(() => undefined);
}

/** Takes one out of the list. @throws as {@link forgetProjects} */
export async function forgetProject(file: string | null, path: string): Promise<void> {
  if (file === null) return;
  const others = (await remembered(file)).filter((project) => project.path !== path);
  await writeJson(file, { projects: others });
}

/** Under its new name in the list, where it is in it. */
export async function renameRemembered(file: string | null, path: string, name: string): Promise<void> {
  if (file === null) return;
  const all = await remembered(file);
  const projects = all.map((project) => (project.path === path ? { ...project, name } : project));
  await writeJson(file, { projects }).catch(() => undefined);
}

/** @throws what writing a file throws: a list that a person wants gone must not stay unsaid */
export async function forgetProjects(file: string | null): Promise<void> {
  if (file !== null) await writeJson(file, { projects: [] });
}

async function remembered(file: string | null): Promise<RecentProject[]> {
  if (file === null) return [];
  try {
    const parsed = fileSchema.safeParse(JSON.parse((await readSmallText(file, MAX_BYTES)) ?? ''));
    return (parsed.data?.projects ?? []).flatMap((entry) => {
      const project = recentProjectSchema.safeParse(entry);
      return project.success ? [project.data] : [];
    });
  } catch {
    return [];
  }
}
