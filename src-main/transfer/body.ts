/** The body of an answer, piece by piece. */

export interface Reading {
  /** Called for each piece, before it is given: the other side is not silent. */
  readonly heard: () => void;
  /** What is thrown where the body breaks off. */
  readonly failure: (thrown: unknown) => Error;
  /** Lets go of the connection, at the end and where nobody reads on. */
  readonly drop: () => Promise<void>;
}

export async function* piecesOf(
  { body }: Response,
  { heard, failure, drop }: Reading,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (!body) return;
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((thrown: unknown) => {
        throw failure(thrown);
      });
      if (done) return;
      heard();
      yield value;
    }
  } finally {
    reader.releaseLock();
    await drop();
  }
}
