/** @returns null when `folder`'s node_modules is complete, else why it is not. */
export declare function whyNotInstalled(folder: string): string | null;
/** Remembers that node_modules was made from the current package-lock.json. */
export declare function writeStamp(folder: string): void;
