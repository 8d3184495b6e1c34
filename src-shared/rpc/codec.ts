/**
 * Messages to bytes and back. msgpack because labels and maps are byte arrays: JSON would inflate them and structured
 * clone does not cross a socket.
 */
import { decode, encode } from '@msgpack/msgpack';
import { FoveaError } from '../contract/errors.ts';
import { frameProblem } from './frame-check.ts';

/** Largest frame either side accepts. The biggest honest message (500 queue rows, or the maps of a 4096-token grid) is well below 1 MiB. */
export const MAX_FRAME_BYTES = 8 * 1024 * 1024;

/**
 * One message as a frame; `undefined` fields are left out.
 * @throws FoveaError `bad_input` when it is larger than {@link MAX_FRAME_BYTES}, holds more or deeper values than a frame
 * may, or something that has no wire form
 */
export function encodeFrame(message: unknown): Uint8Array<ArrayBuffer> {
  let frame: Uint8Array<ArrayBuffer>;
  try {
    frame = encode(message, { ignoreUndefined: true });
  } catch (error) {
    throw new FoveaError('bad_input', 'A message could not be encoded', { cause: error });
  }
  if (frame.byteLength > MAX_FRAME_BYTES) {
    throw new FoveaError('bad_input', `A message of ${frame.byteLength} bytes is too large`, {
      next: `The limit is ${MAX_FRAME_BYTES} bytes; ask for fewer items at once`,
    });
  }
  // What the other side would end the connection for fails here, as one call.
  const problem = frameProblem(frame);
  if (problem !== null) {
    throw new FoveaError('bad_input', `A message cannot be sent: ${problem}`, {
      next: 'Ask for fewer items at once',
    });
  }
  return frame;
}

/**
 * The message of a frame. Byte arrays get buffers of their own, so that they can be viewed as 16-bit values and do not
 * keep the frame alive. What the frame claims of itself is looked over first: nothing is made room for that is not there.
 * @throws FoveaError `bad_input` when the frame is too large, claims what it does not hold, or is not msgpack
 */
export function decodeFrame(frame: Uint8Array): unknown {
  if (frame.byteLength > MAX_FRAME_BYTES) {
    throw new FoveaError('bad_input', `A frame of ${frame.byteLength} bytes is too large`, {
      next: `The limit is ${MAX_FRAME_BYTES} bytes`,
    });
  }
  const problem = frameProblem(frame);
  if (problem !== null) {
    throw new FoveaError('bad_input', `A malformed frame arrived: ${problem}`, {
      next: 'Reload the page: it may be of another version',
    });
  }
  try {
    return detach(decode(frame));
  } catch (error) {
    throw new FoveaError('bad_input', 'A malformed frame arrived', { cause: error });
  }
}

function detach(value: unknown): unknown {
  if (value instanceof Uint8Array) return value.slice();
  if (Array.isArray(value)) return value.map(detach);
  if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, detach(item)]));
  }
  return value;
}
