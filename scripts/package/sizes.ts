/** What takes how much room in a package once it is installed. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

interface Part {
  readonly name: string;
  /** Of the path inside the folder, `/` between. */
  readonly has: RegExp;
}

/** The first that matches has the file. */
const PARTS: readonly Part[] = [
  { name: 'ONNX Runtime', has: /node_modules\/onnxruntime-node\// },
  { name: 'pictures (sharp, libvips)', has: /node_modules\/@img\// },
  { name: 'SQLite', has: /node_modules\/better-sqlite3\// },
  { name: 'demo and presets', has: /app\.asar\.unpacked\/models\// },
  { name: 'Fovea and its packages (app.asar)', has: /app\.asar$/ },
  { name: 'Chromium’s languages', has: /^locales\// },
  { name: 'licences and notices', has: /LICENSE|NOTICES/ },
  { name: 'Electron', has: /^[^/]+$/ },
  { name: 'other', has: /./ },
];

/** Bytes by part, the largest first. */
export function sizesByPart(folder: string): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = file.slice(folder.length + 1).replaceAll('\\', '/');
    const { name } = PARTS.find(({ has }) => has.test(path))!;
    sizes.set(name, (sizes.get(name) ?? 0) + statSync(file).size);
  }
  return new Map([...sizes].sort(([, a], [, b]) => b - a));
}

/** A table of them in megabytes of 10^6 bytes, the sum below. */
export function sizeTable(sizes: ReadonlyMap<string, number>): string {
  const sum = [...sizes.values()].reduce((total, bytes) => total + bytes, 0);
  const rows = [...sizes, ['together', sum] as const];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows
    .map(([name, bytes]) => `${name.padEnd(width)}  ${(bytes / 1e6).toFixed(1).padStart(6)} MB`)
    .join('\n');
}
