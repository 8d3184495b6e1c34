/**
 * What of a person's files and addresses a desktop may open with Fovea. Not folders: on a desktop that names no program for
 * them, the first one that says it opens folders becomes the file manager. A project's folder is opened by dropping it on the
 * window, or by naming it after the program.
 */
import { LINK_SCHEME } from '../../src-shared/contract/link.ts';

export interface Association {
  /** As the desktop names the kind, e.g. `inode/directory` or `x-scheme-handler/fovea`. */
  readonly mimeType: string;
}

/** Every desktop that packages are for gets these. */
export const ASSOCIATIONS: readonly Association[] = [{ mimeType: `x-scheme-handler/${LINK_SCHEME}` }];
