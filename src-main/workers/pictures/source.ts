/** Where a worker has pictures from: folders that it was told, or the project's host. */
import type { ChunkSample } from '../protocol/chunk.ts';

/** A picture that the model can be shown. */
export interface HeldPicture {
  /** Absolute. */
  readonly path: string;
  /** Of the file's bytes, as they are shown. */
  readonly sha256: Uint8Array;
  /** To be called when the model has seen it. @throws FoveaError `conflict` where it was replaced meanwhile */
  release(): Promise<void>;
}

export interface PictureSource {
  /**
   * @throws FoveaError what is wrong with this picture; `cancelled` by the signal. Where pictures cannot be had just now it waits.
   */
  get(sample: ChunkSample, signal: AbortSignal): Promise<HeldPicture>;
}
