/** Entry of the thread that `ahead.ts` starts: reads the small pictures that it is asked for, one list after the other. */
import { closeSync, fstatSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { openPlainSync } from '../../files/plain-file.ts';
import { LIST_MOST, pictureListSchema, type PictureBlock, SMALL_BYTES } from './wire.ts';

const room = new Uint8Array(LIST_MOST * SMALL_BYTES);

parentPort?.on('message', (raw: unknown) => {
  const said = read(pictureListSchema.parse(raw));
  parentPort?.postMessage(said, [said.block.buffer as ArrayBuffer]);
});

function read(paths: readonly string[]): PictureBlock {
  const sizes: number[] = [];
  let end = 0;
  for (const path of paths) {
    const size = readSmall(path, end);
    sizes.push(size);
    if (size > 0) end += size;
  }
  return { block: room.slice(0, end), sizes };
}

/** All of a small file, to where there is room from `at` on. @returns its size; -1: it is for others to read, or to say why not */
function readSmall(path: string, at: number): number {
  try {
    const file = openPlainSync(path, { code: 'bad_image', next: '' });
    try {
      const { size } = fstatSync(file);
      if (size === 0 || size >= SMALL_BYTES) return -1;
      // One byte more than it has: a file that has just grown is read by others.
      return readSync(file, room, at, size + 1, 0) === size ? size : -1;
    } finally {
      closeSync(file);
    }
  } catch {
    return -1;
  }
}
