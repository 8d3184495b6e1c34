/** Runs `body` while this process alone, of all that use this checkout, holds the lock `name`. */
export declare function withLock<T>(
  name: string,
  body: (addOwner: (pid: number) => void) => Promise<T>,
): Promise<T>;
