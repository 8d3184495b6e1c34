/** The bytes of a file that is imported, with failures in words. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { plainChunks } from '../../files/plain-file.ts';

const LF = 0x0a;

/** How many lines `file` has, to say how far an import is. Throws as {@link readFile}. */
export async function countLines(file: string): Promise<number> {
  let [count, last] = [0, LF];
  for await (const chunk of readFile(file)) {
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, at + 1)) count++;
    last = chunk.at(-1) ?? last;
  }
  return last === LF ? count : count + 1;
}

/**
 * Bytes of `file` from `from` up to `to`. Throws FoveaError `not_found`, `io`, and `bad_input` for what is no ordinary file.
 */
export async function* readFile(file: string, from = 0, to = Infinity): AsyncGenerator<Uint8Array> {
  try {
    let at = from;
    for await (const chunk of plainChunks(
      file,
      { code: 'bad_input', next: 'Name a file of questions' },
      from,
    )) {
      yield at + chunk.length > to ? chunk.subarray(0, to - at) : chunk;
      at += chunk.length;
      if (at >= to) return;
    }
  } catch (error) {
    throw fileFailure(file, error);
  }
}

/** What the system says of a file that is imported, as a FoveaError. */
export function fileFailure(file: string, error: unknown): FoveaError {
  if (error instanceof FoveaError) return error;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') {
    return new FoveaError('not_found', 'the questions file does not exist', {
      where: file,
      next: 'Check the path',
    });
  }
  return new FoveaError('io', `the questions file cannot be read (${code ?? String(error)})`, {
    where: file,
    next: 'Check that the file is readable',
    cause: error,
  });
}
