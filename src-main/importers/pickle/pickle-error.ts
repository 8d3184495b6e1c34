/** What makes a pickle unreadable as a whole; `read.ts` says where. */
export class PickleError extends Error {
  readonly value: string | null;
  readonly next: string;

  /** @param value what stands there, short */
  constructor(
    message: string,
    value: string | null = null,
    next = 'Save it anew in Python: a list of dicts of text, numbers and NumPy arrays, pickle.dump(records, file)',
    options: ErrorOptions = {},
  ) {
    super(message, options);
    this.name = 'PickleError';
    this.value = value;
    this.next = next;
  }
}
