/** The program and the project that is open. */
import { z } from 'zod';
import { idSchema, projectSummarySchema } from '../domain.ts';
import { none } from './none.ts';

export const projectProcedures = {
  'app.info': {
    input: none,
    output: z.object({
      version: z.string(),
      host: z.enum(['electron', 'browser', 'test']),
      projectPath: z.string().nullable(),
      reviewer: z.string(),
    }),
  },
  /** Opens a project folder in this backend, closing the one that was open. */
  'project.open': { input: z.object({ path: z.string() }), output: projectSummarySchema },
  /** Makes the demo project in `dir` (or opens it when it is one already) and starts labelling it. */
  'project.demo': { input: z.object({ dir: z.string().nullable() }), output: projectSummarySchema },
  'project.summary': { input: none, output: projectSummarySchema },
  'project.setActiveRun': { input: z.object({ runId: idSchema }), output: projectSummarySchema },
} as const;
