import { dashboardCounts } from '../../store/dashboard/counts.ts';
import { dashboardShapes } from '../../store/dashboard/shapes.ts';
import { dashboardSpeed } from '../../store/dashboard/speed.ts';
import { dashboardTags } from '../../store/dashboard/tags.ts';
import type { Handlers } from './context.ts';

export const dashboardHandlers = {
  'dashboard.counts': ({ session }) => dashboardCounts(session().project.db),

  'dashboard.shapes': ({ session }) => dashboardShapes(session().project.db),

  'dashboard.tags': ({ session }) => dashboardTags(session().project.db),

  'dashboard.speed': ({ session }, { reviewer }) => dashboardSpeed(session().project.db, reviewer),
} satisfies Partial<Handlers>;
