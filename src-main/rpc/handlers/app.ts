import { loadPresets } from '../../jobs/presets.ts';
import type { Handlers } from './context.ts';

export const appHandlers = {
  'app.info': ({ options, current }) => ({
    version: options.version,
    host: options.host,
    projectPath: current()?.project.path ?? null,
    reviewer: options.reviewer,
  }),
  'presets.list': ({ options }) => loadPresets(options.resources.presetsDir),
} satisfies Partial<Handlers>;
