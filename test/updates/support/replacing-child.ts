/** Replaces a program by one of two others, again and again, until it is killed: `PROGRAM FIRST SECOND`. */
import { replaceProgram, swapPrograms } from '../../../src-main/updates/appimage.ts';
import { identify } from '../../../src-main/updates/whole-file.ts';

const [program, ...others] = process.argv.slice(2) as [string, string, string];
process.send?.('ready');
const note = (): Promise<void> => Promise.resolve();
for (let turn = 0; ; turn++) {
  const fresh = others[turn % 2]!;
  await replaceProgram(program, fresh, await identify(fresh), note);
  await swapPrograms(program, await identify(`${program}.previous`), note);
}
