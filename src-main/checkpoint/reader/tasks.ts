/** What the reading thread is asked: questions about folders of others, by name, and where their answers come from. */
import type { ModelFolders } from '../adapter/base.ts';
import type { TowerPlaces } from '../places.ts';
import type { TeacherPrompt } from '../qwen/teacher-prompt.ts';

interface Folder {
  readonly dir: string;
  readonly places: TowerPlaces;
}

/** Inputs by the question's name; answers are plain values, parsed by whoever asks. */
export interface ReaderTasks {
  /** `ModelFacts` of a checkpoint. */
  readonly facts: Folder;
  /** What a folder turned out to be. */
  readonly known: Folder;
  readonly adapter: Folder;
  readonly rpnOnly: Pick<Folder, 'dir'>;
  readonly tower: Pick<Folder, 'dir'>;
  /** Changes with a tower or a base elsewhere that the folder needs. */
  readonly neighbours: Folder;
  readonly removeCaches: Folder;
  /** Names of all tensors. */
  readonly tensors: Pick<Folder, 'dir'>;
  readonly prompts: { readonly folders: ModelFolders; readonly teacher: TeacherPrompt | null };
  readonly promptShape: { readonly folders: ModelFolders; readonly questions: readonly string[] };
  readonly branch: { readonly folders: ModelFolders };
  readonly wholeModel: { readonly folders: ModelFolders };
}

/** Each answers or throws a FoveaError. */
export type ReaderWork = { readonly [K in keyof ReaderTasks]: (input: ReaderTasks[K]) => Promise<unknown> };
