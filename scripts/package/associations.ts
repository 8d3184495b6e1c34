/** What of a person's files and addresses a desktop may open with Fovea. */

export interface Association {
  /** As the desktop names the kind, e.g. `inode/directory` or `x-scheme-handler/fovea`. */
  readonly mimeType: string;
}

/** Every desktop that packages are for gets these. */
export const ASSOCIATIONS: readonly Association[] = [];
