/**
 * Fovea on every folder below ROOT, against the transformers that saved it: `node table.ts ROOT [words of a name…]`.
 * Prints a line for each folder; ends with 1 when any number is another one without a word about it.
 */
import { runSavedFolder, savedFolders, worst } from '../../../support/saved-folder.ts';
import { expectedArray, relativeDifference, TOLERANCE, type OracleCase } from '../../../support/oracle.ts';

const [root, ...words] = process.argv.slice(2);
if (root === undefined) throw new Error('which folder of cases?');
const counts = { equal: 0, refused: 0, silent: 0, crashed: 0 };
const all = await savedFolders(root);
for (const golden of all) {
  if (!words.every((word) => golden.name.includes(word))) continue;
  const [kind, said] = await lineOf(golden);
  counts[kind]++;
  console.log(`${kind.padEnd(8)} ${golden.name.padEnd(52)} ${said}`);
}
console.log(JSON.stringify(counts));
process.exitCode = counts.silent + counts.crashed > 0 ? 1 : 0;

async function lineOf(golden: OracleCase): Promise<[keyof typeof counts, string]> {
  try {
    const outcome = await runSavedFolder(golden);
    if (outcome.kind === 'refused') return ['refused', `${outcome.code}: ${outcome.message}`];
    const [what, difference] = worst(outcome.differences);
    if (difference <= TOLERANCE) return ['equal', `${difference.toExponential(1)} (${what})${idle(golden)}`];
    const wrong = [...outcome.differences].filter(([, d]) => d > TOLERANCE);
    return ['silent', wrong.map(([name, d]) => `${name} ${d.toExponential(1)}`).join(', ')];
  } catch (error) {
    return ['crashed', String(error)];
  }
}

/** A variant that gives the numbers of the plain folder shows nothing. */
function idle(golden: OracleCase): string {
  const plain = all.find(({ name }) => name === golden.name.replace(/(\d+\.\d+\.\d+)-.*/, '$1-fresh'));
  if (plain === undefined || plain === golden) return '';
  const same = ['logits', 'answer_ids', 'attention', 'pixel_values'].every(
    (what) => relativeDifference(expectedArray(golden, what), expectedArray(plain, what)) === 0,
  );
  return same ? ', as the plain folder' : '';
}
