/** What the backend asks of prompts and folders, read in the reading thread. */
import { z } from 'zod';
import type { ModelFolders } from '../adapter/base.ts';
import type { PromptIdentity } from '../prompt-identity.ts';
import { promptIdentitySchema } from '../prompt-identity.ts';
import { branchFactsSchema, type BranchFacts } from '../branch-facts.ts';
import { promptShapeSchema, type PromptShape } from '../prompt-shape.ts';
import type { TeacherPrompt } from '../qwen/teacher-prompt.ts';
import { reader } from './reader.ts';

const promptsSchema = z.object({ identity: promptIdentitySchema, asBefore: z.boolean() });
const foldersSchema = z.object({
  dir: z.string(),
  rpnDir: z.string().optional(),
  adapterDir: z.string().optional(),
});

/** The prompt of a model's folders, and whether older versions asked the very same. Errors as `readPrompts`. */
export async function promptOf(
  folders: ModelFolders,
  teacher: TeacherPrompt | null,
): Promise<{ readonly identity: PromptIdentity; readonly asBefore: boolean }> {
  return reader.ask('prompts', { folders: plain(folders), teacher }, promptsSchema, folders.dir);
}

/** How long the prompts of these questions are, and how wide their states. Errors as `readPromptShape`. */
export function promptShapeOf(folders: ModelFolders, questions: readonly string[]): Promise<PromptShape> {
  return reader.ask('promptShape', { folders: plain(folders), questions }, promptShapeSchema, folders.dir);
}

/** What the RPN of a model's folders is. Errors as `readBranchFacts`. */
export function branchFactsOf(folders: ModelFolders): Promise<BranchFacts> {
  return reader.ask('branch', { folders: plain(folders) }, branchFactsSchema, folders.rpnDir ?? folders.dir);
}

/** Without what else a reference to a model says. */
function plain({ dir, rpnDir, adapterDir }: ModelFolders): ModelFolders {
  return { dir, ...(rpnDir ? { rpnDir } : {}), ...(adapterDir ? { adapterDir } : {}) };
}

/** As `wholeModel`, and its errors. */
export function wholeFolders(folders: ModelFolders): Promise<ModelFolders> {
  return reader.ask('wholeModel', { folders }, foldersSchema, folders.dir);
}
