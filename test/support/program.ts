/** The `fovea` program that specs start: what `npm test` built of it, else its source, which is there without a build. */
import { join } from 'node:path';
import { root } from '../../scripts/lib/paths.mjs';

export const FOVEA = process.env.FOVEA_TEST_PROGRAM ?? join(root, 'src-main/app/cli/main.ts');
