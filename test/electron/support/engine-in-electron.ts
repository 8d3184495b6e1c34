/**
 * Loaded into the relayed backend: what it forks runs in Electron as Node, as in the product, and out of the package's
 * archive, not of what was laid out of it for the relay.
 */
import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join, relative } from 'node:path';

const program = process.env.FOVEA_ELECTRON!;
const laidOut = join(dirname(process.env.FOVEA_TEST_BACKEND_ENTRY!), '..', '..');
const archive = join(dirname(program), 'resources', 'app.asar');
process.execPath = program;
process.env.ELECTRON_RUN_AS_NODE = '1';

const { fork } = childProcess;
childProcess.fork = ((entry: string, ...rest: [string[], object]) =>
  fork(join(archive, relative(laidOut, entry)), ...rest)) as typeof fork;
syncBuiltinESMExports();
