/** Where an export goes unless somebody says otherwise, and the endings that tell formats apart. */
import { EXPORT_FORMATS, type ExportFormat } from '../../src-shared/contract/export-formats.ts';
import { fileName, joinPath } from '../ui/paths.ts';

const ENDINGS = Object.values(EXPORT_FORMATS).map(({ ending }) => ending);

/** Beside the project's folder, where nothing of the project can be hit. */
export function exportPath(projectPath: string, format: ExportFormat): string {
  const own = fileName(projectPath);
  const parent = projectPath.slice(0, projectPath.length - own.length);
  return joinPath(parent, `${own || 'project'}-labels${EXPORT_FORMATS[format].ending}`);
}

/** `path` with the ending of `format` in place of another format's; an ending of one's own stays. */
export function withEnding(path: string, format: ExportFormat): string {
  const lower = path.toLowerCase();
  const ending = ENDINGS.find((known) => lower.endsWith(known));
  if (ending === undefined) return path;
  return path.slice(0, path.length - ending.length) + EXPORT_FORMATS[format].ending;
}
