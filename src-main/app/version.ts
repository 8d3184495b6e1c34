/** The app's version, from package.json: the one place that has it. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { inApp } from './app-root.ts';

const packageSchema = z.object({ version: z.string() });

export function appVersion(): string {
  return packageSchema.parse(packageJson()).version;
}

/** What package.json says of this build, unparsed by any schema. */
export function packageJson(): unknown {
  return JSON.parse(readFileSync(inApp('package.json'), 'utf8'));
}
