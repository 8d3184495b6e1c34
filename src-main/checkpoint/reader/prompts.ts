/** What the backend asks of prompts and folders, read in the reading thread. */
import { z } from 'zod';
import type { ModelFolders } from '../adapter/base.ts';
import type { PromptIdentity } from '../prompt-identity.ts';
import { promptIdentitySchema } from '../prompt-identity.ts';
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
  const { dir, rpnDir, adapterDir } = folders;
  const plain = { dir, ...(rpnDir ? { rpnDir } : {}), ...(adapterDir ? { adapterDir } : {}) };
  return reader.ask('prompts', { folders: plain, teacher }, promptsSchema, dir);
}

/** As `wholeModel`, and its errors. */
export function wholeFolders(folders: ModelFolders): Promise<ModelFolders> {
  return reader.ask('wholeModel', { folders }, foldersSchema, folders.dir);
}
