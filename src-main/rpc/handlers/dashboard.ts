import { dashboardAnswers } from '../../store/dashboard/answers.ts';
import { dashboardCounts } from '../../store/dashboard/counts.ts';
import { dashboardShapes } from '../../store/dashboard/shapes.ts';
import { dashboardSpeed } from '../../store/dashboard/speed.ts';
import { dashboardTags } from '../../store/dashboard/tags.ts';
import type { Handlers } from './context.ts';

export const dashboardHandlers = {
  'dashboard.counts': ({ seen }) => dashboardCounts(seen()),

  'dashboard.shapes': ({ seen }) => dashboardShapes(seen()),

  'dashboard.answers': ({ seen }) => dashboardAnswers(seen()),

  'dashboard.tags': ({ seen }) => dashboardTags(seen()),

  'dashboard.speed': ({ seen }, { reviewer }) => dashboardSpeed(seen(), reviewer),
} satisfies Partial<Handlers>;
