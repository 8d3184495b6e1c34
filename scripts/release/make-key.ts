/**
 * `npm run release:key -- FILE`: makes the key that releases are signed with. The private half goes to FILE, readable by its
 * owner alone and outside of the repository; the public one is printed, for FOVEA_UPDATE_KEYS of a build.
 */
import { generateKeyPairSync } from 'node:crypto';
import { realpathSync, writeFileSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { root } from '../lib/paths.mjs';
import { publicHalf } from './manifest.ts';

try {
  const [file] = process.argv.slice(2);
  if (file === undefined) throw new Error('name the file that the private key goes to');
  const folder = realpathSync(dirname(resolve(file)));
  if (`${folder}${sep}`.startsWith(`${realpathSync(root)}${sep}`))
    throw new Error('the private key must not lie in the repository: choose a folder outside of it');
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(file, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600, flag: 'wx' });
  process.stdout.write(`${publicHalf(privateKey)}\n`);
} catch (error) {
  process.stderr.write(`release:key: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
