/** The source files that layering is checked on; tests and scripts may reach everywhere and are left out. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCE_FOLDERS = ['src-main', 'src-shared', 'src-renderer', 'models/architectures', 'db'];

/** Repository path (forward slashes) → text of every TypeScript and Svelte source file below `root`. */
export function readSources(root: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const folder of SOURCE_FOLDERS) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      const path = join(folder, entry).replaceAll('\\', '/');
      if (/\.(ts|svelte)$/.test(path)) files.set(path, readFileSync(join(root, path), 'utf8'));
    }
  }
  return files;
}
