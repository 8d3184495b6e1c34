/**
 * Fovea against the numbers that SD-RPN's own modules gave: `node table.ts ROOT [words of a name…]`. A line for each look,
 * then the largest difference of each kind; ends with 1 when one is above the tolerance.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { TOLERANCE } from '../../../support/oracle.ts';
import { lookAtCase } from '../../../support/two-stage.ts';

const [root, ...words] = process.argv.slice(2);
if (root === undefined) throw new Error('which folder of cases?');
const most = new Map<string, number>();
for (const name of readdirSync(join(root, 'cases')).sort()) {
  if (!words.every((word) => name.includes(word))) continue;
  for (const [look, differences] of await lookAtCase(join(root, 'cases', name))) {
    for (const [what, d] of differences) most.set(what, Math.max(d, most.get(what) ?? 0));
    const wrong = [...differences].filter(([, d]) => !(d <= TOLERANCE));
    const said = wrong.length === 0 ? 'equal' : wrong.map(([what, d]) => `${what} ${d.toExponential(1)}`).join(', ');
    console.log(`${name.padEnd(20)} ${look.padEnd(20)} ${said}`);
  }
}
for (const [what, d] of most) console.log(`${what.padEnd(18)} ${d.toExponential(1)}`);
process.exitCode = [...most.values()].every((d) => d <= TOLERANCE) ? 0 : 1;
