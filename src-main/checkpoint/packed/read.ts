/** Whole tensors as bytes: those of a packed layer are small enough. */
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { TensorEntry } from '../files/safetensors.ts';

/** The tensor's bytes, aligned for any dtype. @throws FoveaError `bad_checkpoint` when the file has become shorter. */
export type ReadTensor = (entry: TensorEntry) => Promise<Uint8Array>;

/** Runs `work` with a reader that keeps the files it opens until `work` is done. */
export async function withTensors<T>(work: (read: ReadTensor) => Promise<T>): Promise<T> {
  const files = new Map<string, Promise<FileHandle>>();
  try {
    return await work(async (entry) => {
      const opened = files.get(entry.file) ?? open(entry.file, 'r');
      files.set(entry.file, opened);
      return readWhole(await opened, entry);
    });
  } finally {
    for (const opened of files.values()) await opened.then((file) => file.close()).catch(() => undefined);
  }
}

/** As {@link ReadTensor}, of a file that is open. */
export async function readWhole(
  file: FileHandle,
  { name, file: path, offset, length }: TensorEntry,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const { bytesRead } = await file.read(bytes, at, length - at, offset + at);
    if (bytesRead === 0) {
      throw new FoveaError('bad_checkpoint', `the file ends inside tensor ${name}`, {
        where: path,
        next: 'Download this file again',
      });
    }
    at += bytesRead;
  }
  return bytes;
}
