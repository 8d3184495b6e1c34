/** How files are cut into calls: small ones share one, large ones take several. */
import { UPLOAD_CALL_BYTES, UPLOAD_CALL_PIECES } from '../../src-shared/contract/procedures.ts';

export interface Cut {
  /** Which file. */
  readonly file: number;
  /** Bytes of it, from and up to. */
  readonly from: number;
  readonly to: number;
}

/** What each call brings, in the order of the files. @param sizes bytes of each file */
export function* cuts(
  sizes: readonly number[],
  { bytes = UPLOAD_CALL_BYTES, pieces = UPLOAD_CALL_PIECES } = {},
): Generator<Cut[]> {
  let call: Cut[] = [];
  let room = bytes;
  for (const [file, size] of sizes.entries()) {
    // An empty file is a piece of nothing.
    for (let from = 0; from < size || from === 0;) {
      if (room === 0 || call.length === pieces) {
        yield call;
        [call, room] = [[], bytes];
      }
      const to = Math.min(size, from + room);
      call.push({ file, from, to });
      room -= to - from;
      if (to === size) break;
      from = to;
    }
  }
  if (call.length > 0) yield call;
}
