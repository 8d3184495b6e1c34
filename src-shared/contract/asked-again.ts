import type { ProcedureName } from './procedures.ts';

/**
 * Calls that are made once for what a sheet shows, change nothing, and take no engine: when the connection is lost under
 * them they wait for it and are made again. Without that the sheet would stay at an error until somebody opens it anew.
 * What pages ask for anew by themselves when the connection is back is not among them.
 */
export const ASKED_AGAIN: ReadonlySet<ProcedureName> = new Set<ProcedureName>([
  'app.pathKind',
  'batches.audit',
  'batches.count',
  'batches.list',
  'export.count',
  'export.plan',
  'export.target',
  'filters.list',
  'models.list',
  'models.removal',
  'presets.list',
  'presets.own',
  'project.keeping',
  'project.prompts',
  'recipes.preview',
  'samples.facets',
  'samples.similar',
]);
