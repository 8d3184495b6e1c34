/** What main asks of updates, whichever system it runs on. */

export interface Offer {
  readonly version: string;
  /** The version in use was withdrawn, and this is the older one that takes its place. */
  readonly isWayBack: boolean;
  readonly notes: string;
  readonly bytes: number;
}

/** `older`: what the feed has came before the version in use, and is not installed. */
export type Found =
  | { readonly is: 'current' | 'older'; readonly version: string }
  | { readonly is: 'offer'; readonly offer: Offer };

/** A version that lies on the disk whole and checked. */
export type Ready =
  /** The program's own file gives way to it, at once and whole; the former one is kept. */
  | { readonly is: 'replaces'; readonly version: string; replace(): Promise<{ readonly program: string }> }
  /** An installer takes over, which ends this program: `run` is called when nothing is unsaved any more. */
  | { readonly is: 'installer'; readonly version: string; run(): void }
  /** The person installs it: Fovea never asks for an administrator's rights. */
  | { readonly is: 'by-hand'; readonly version: string; readonly file: string; readonly words: string };

export interface Updater {
  /** Reads the list of the newest release. @throws FoveaError, as all of these */
  check(signal: AbortSignal): Promise<Found>;
  /** Brings what was offered last to the disk. @param onBytes how much of it is there */
  download(onBytes: (bytes: number) => void, signal: AbortSignal): Promise<Ready>;
  /** The version that can be put back, or null. */
  previous(): Promise<string | null>;
  /** What {@link previous} names, checked. */
  goBack(): Promise<Ready>;
}
