/**
 * `npm run release:sign -- --dir DIR [--version V] [--notes FILE] [--withdraw V]… [--key FILE]`: writes DIR/release.json over
 * the packages in DIR, and what electron-updater reads beside it. The private key is read from the file, or from FOVEA_RELEASE_KEY (its PEM text); it is never printed.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MANIFEST_NAME, readSignedManifest } from '../../src-main/updates/manifest.ts';
import { root } from '../lib/paths.mjs';
import { isOf, packagesIn, publicHalf, readPrivateKey, signManifest } from './manifest.ts';
import { updaterLists } from './updater-lists.ts';

try {
  const { values } = parseArgs({
    options: {
      dir: { type: 'string' },
      version: { type: 'string' },
      notes: { type: 'string' },
      withdraw: { type: 'string', multiple: true, default: [] },
      key: { type: 'string' },
    },
  });
  if (values.dir === undefined) throw new Error('name the folder of the packages: --dir DIR');
  const pem = values.key === undefined ? process.env.FOVEA_RELEASE_KEY : readFileSync(values.key, 'utf8');
  if (!pem) throw new Error('there is no release key: give --key FILE, or its text in FOVEA_RELEASE_KEY');
  const key = readPrivateKey(pem);
  const files = await packagesIn(values.dir);
  if (files.length === 0) throw new Error(`there is no package in ${values.dir}`);
  const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const version = values.version ?? packageJson.version;
  const other = files.find(({ name }) => !isOf(name, version));
  if (other) throw new Error(`${other.name} is not of version ${version}`);
  const manifest = {
    product: 'fovea',
    format: 1,
    version,
    published: new Date().toISOString(),
    notes: values.notes === undefined ? '' : readFileSync(values.notes, 'utf8').trim(),
    withdrawn: values.withdraw,
    files,
  };
  const signed = signManifest(manifest, key);
  const target = join(values.dir, MANIFEST_NAME);
  const lists = updaterLists(readSignedManifest(signed, [publicHalf(key)], target));
  for (const [name, text] of lists) writeFileSync(join(values.dir, name), text);
  writeFileSync(`${target}.new`, signed);
  renameSync(`${target}.new`, target);
  process.stdout.write(`${target}: Fovea ${version}, ${files.length} packages, key ${publicHalf(key)}\n`);
} catch (error) {
  process.stderr.write(`release:sign: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
