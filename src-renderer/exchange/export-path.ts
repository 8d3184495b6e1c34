/** Where an export goes unless somebody says otherwise, and the endings that tell formats apart. */
import type { ExportFormat } from '../../src-shared/contract/procedures.ts';
import { fileName, joinPath } from '../ui/paths.ts';

export const EXPORT_ENDINGS: Readonly<Record<ExportFormat, string>> = {
  jsonl: '.jsonl',
  sdrpn: '.pkl',
  coco: '.coco.json',
  csv: '.csv',
};

/** Beside the project's folder, where nothing of the project can be hit. */
export function exportPath(projectPath: string, format: ExportFormat): string {
  const own = fileName(projectPath);
  const parent = projectPath.slice(0, projectPath.length - own.length);
  return joinPath(parent, `${own || 'project'}-labels${EXPORT_ENDINGS[format]}`);
}

/** `path` with the ending of `format` in place of another format's; an ending of one's own stays. */
export function withEnding(path: string, format: ExportFormat): string {
  const lower = path.toLowerCase();
  const ending = Object.values(EXPORT_ENDINGS).find((known) => lower.endsWith(known));
  if (ending === undefined) return path;
  return path.slice(0, path.length - ending.length) + EXPORT_ENDINGS[format];
}
