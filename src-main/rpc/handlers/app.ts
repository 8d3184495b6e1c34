import { knownPresets } from '../../jobs/presets/presets.ts';
import { pathKind } from '../path-kind.ts';
import type { Handlers } from './context.ts';

export const appHandlers = {
  'app.info': ({ options, current, caller }) => ({
    version: options.version,
    host: options.host,
    projectPath: current()?.project.path ?? null,
    reviewer: caller.name ?? options.reviewer,
    caller: { role: caller.role, name: caller.name },
    folder: options.paths?.base ?? process.cwd(),
    ended: options.ended ?? null,
  }),
  'app.pathKind': async (_context, { path }) => ({ kind: await pathKind(path) }),
  'presets.list': ({ options }) => knownPresets(options.resources),
} satisfies Partial<Handlers>;
