/** The program and the project that is open. */
import { z } from 'zod';
import { idSchema, projectSummarySchema } from '../domain.ts';
import { wireErrorSchema } from '../errors.ts';
import { MOST, nameSchema, pathSchema } from '../limits.ts';
import { runPromptsSchema } from '../prompts.ts';
import { callerSchema, OWNER_FACTS } from '../role.ts';
import { none } from './none.ts';

/** `weights`: a `.safetensors` file. `questions`: a JSON or JSONL file by its name. `folder`: one that is neither a project nor a checkpoint. */
export const pathKindSchema = z.enum([
  'project',
  'checkpoint',
  'weights',
  'folder',
  'questions',
  'picture',
  'other',
]);
export type PathKind = z.infer<typeof pathKindSchema>;

/** A project that was opened on this machine, and when (ISO 8601). */
export const recentProjectSchema = z.object({
  path: z.string().min(1),
  name: z.string(),
  openedAt: z.iso.datetime(),
});
export type RecentProject = z.infer<typeof recentProjectSchema>;

export const projectProcedures = {
  'app.info': {
    input: none,
    output: z.object({
      version: z.string(),
      host: z.enum(['electron', 'browser', 'test']),
      projectPath: z.string().nullable(),
      reviewer: z.string(),
      /** Who asks. */
      caller: callerSchema.default(OWNER_FACTS),
      /** What a relative path of the page is meant from. */
      folder: z.string().optional(),
      /** Why the backend before this one ended, when it was started again. */
      ended: wireErrorSchema.nullish(),
    }),
  },
  /** What lies at a path of the main side's machine, so that a page knows what to do with something dropped on it. */
  'app.pathKind': {
    input: z.object({ path: pathSchema }),
    output: z.object({ kind: pathKindSchema }),
  },
  /** Opens a project folder in this backend, closing the one that was open. */
  'project.open': { input: z.object({ path: z.string().max(MOST.path) }), output: projectSummarySchema },
  /** The projects opened last that are still there, newest first. */
  'project.recent': { input: none, output: z.array(recentProjectSchema) },
  /** Empties that list; projects stay where they are. @returns the empty list */
  'project.forgetRecent': { input: none, output: z.array(recentProjectSchema) },
  /** Takes one project out of that list; it stays where it is. @returns the list */
  'project.forget': { input: z.object({ path: pathSchema }), output: z.array(recentProjectSchema) },
  /** Gives the open project another name; its folder keeps its own. */
  'project.rename': {
    input: z.object({ name: nameSchema(MOST.projectName) }),
    output: projectSummarySchema,
  },
  /** Makes an empty project in a folder that is missing or empty, named after it, and opens it. */
  'project.create': { input: z.object({ path: pathSchema }), output: projectSummarySchema },
  /** Makes the demo project in `dir` (or opens it when it is one already) and starts labelling it. */
  'project.demo': {
    input: z.object({ dir: z.string().max(MOST.path).nullable() }),
    output: projectSummarySchema,
  },
  'project.summary': { input: none, output: projectSummarySchema },
  /** Of every run, whether its predictions were made with the prompt its model is asked with today. */
  'project.prompts': { input: none, output: runPromptsSchema },
  'project.setActiveRun': { input: z.object({ runId: idSchema }), output: projectSummarySchema },
} as const;
