import { knownPresets } from '../../jobs/presets.ts';
import type { Handlers } from './context.ts';

export const appHandlers = {
  'app.info': ({ options, current }) => ({
    version: options.version,
    host: options.host,
    projectPath: current()?.project.path ?? null,
    reviewer: options.reviewer,
  }),
  'presets.list': ({ options }) => knownPresets(options.resources),
} satisfies Partial<Handlers>;
