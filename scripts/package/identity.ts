/**
 * What a package calls itself, everywhere: files, folders, menus, version. One that holds the tests' Electron says so in
 * each of these, and has its own place beside a release that is installed.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { UpdateSettings } from '../../src-main/updates/settings.ts';
import { root } from '../lib/paths.mjs';
import { updateSettingsOf } from '../release/settings.ts';

const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  description: z.string(),
  license: z.string(),
  homepage: z.url(),
  author: z.object({ name: z.string(), email: z.email() }),
  dependencies: z.record(z.string(), z.string()),
});

/** The checkout's package.json, as far as packages tell of it. */
export type Manifest = z.infer<typeof manifestSchema>;

export interface Identity {
  readonly manifest: Manifest;
  /** Of files and folders, of the program and of the Debian package. */
  readonly name: string;
  /** For people. */
  readonly productName: string;
  /** Of a test build: a pre-release, which no release's updater takes for newer. */
  readonly version: string;
  /** In a sentence, for the Debian package and the desktop. */
  readonly description: string;
  readonly isTestBuild: boolean;
  /** Where it gets its updates from; null: from nowhere, and it asks nobody. */
  readonly updates: UpdateSettings | null;
}

/**
 * @param testElectron version of the tests' Electron that it holds; null: the product's own
 * @throws FoveaError for a feed in the environment that is none
 */
export function identityOf(testElectron: string | null): Identity {
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  const { name, version, description } = manifest;
  const updates = updateSettingsOf(process.env);
  if (testElectron === null) {
    return { manifest, name, productName: 'Fovea', version, description, isTestBuild: false, updates };
  }
  return {
    manifest,
    name: `${name}-test-build`,
    productName: 'Fovea test build',
    version: `${version}-test.electron${testElectron}`,
    description: `Test build on Electron ${testElectron}, not for use. ${description}`,
    isTestBuild: true,
    updates,
  };
}
