export function ensureBuilt(...more: '--program'[]): Promise<void>;
export function launch(file: string, args: string[], options?: { cwd?: string }): Promise<void>;
