/**
 * `fovea roi labels|boxes`: the label and box kernels as plumbing, JSON lines in, JSON lines out, one line at a time.
 * Field names are those of the goldens (test/golden/roi/README.md), so any case can be put to the reference too.
 */
import type { Readable, Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { FoveaError } from '../../../../src-shared/contract/errors.ts';
import { readLines } from '../../../importers/containers/lines.ts';
import { parseJson } from '../../../importers/rows/parse.ts';
import { llavaBoxes, llavaLabels, qwenBoxes, qwenLabels } from './roi-cases.ts';
import type { RoiCase } from './roi-cases.ts';

const USAGE = 'fovea roi labels|boxes --variant llava|qwen < cases.jsonl';

const CASES: Record<string, Record<string, RoiCase>> = {
  labels: { llava: llavaLabels, qwen: qwenLabels },
  boxes: { llava: llavaBoxes, qwen: qwenBoxes },
};

/**
 * Runs one plumbing command. `args` are those after `roi`. Gives the exit code: 0, or 2 for wrong usage or a malformed
 * line, which stops the command with one line on `stderr` (answers to earlier lines are out by then).
 */
export async function roiCommand(
  args: readonly string[],
  stdin: Readable,
  stdout: Writable,
  stderr: Writable,
): Promise<number> {
  // A reader that closes early (`| head`) is its own business, not a crash.
  const ignore = (): void => undefined;
  stdout.on('error', ignore);
  try {
    const kind = chooseCase(args);
    if (!kind) {
      await write(stdout, `${USAGE}\n`);
      return 0;
    }
    for await (const { line, text, problem } of readLines(stdin)) {
      if (text !== null && text.trim() === '') continue;
      await write(stdout, `${JSON.stringify(answer(kind, line, text, problem))}\n`);
    }
    return 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return 0;
    if (!(error instanceof FoveaError)) throw error;
    await write(stderr, `${error.toLine()}\n`);
    return 2;
  } finally {
    stdout.off('error', ignore);
  }
}

function chooseCase(args: readonly string[]): RoiCase | null {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        variant: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new FoveaError('usage', error instanceof Error ? error.message : String(error), {
      next: `Use: ${USAGE}`,
    });
  }
  if (parsed.values.help) return null;
  const [name, ...rest] = parsed.positionals;
  const kind = Object.hasOwn(CASES, name ?? '') ? CASES[name!] : undefined;
  const variant = parsed.values.variant ?? '';
  if (!kind || rest.length > 0) {
    throw new FoveaError('usage', `unknown plumbing command: ${parsed.positionals.join(' ') || '(none)'}`, {
      next: `Use: ${USAGE}`,
    });
  }
  if (!Object.hasOwn(kind, variant)) {
    throw new FoveaError('usage', `--variant must be llava or qwen, got ${variant || 'nothing'}`, {
      next: `Use: ${USAGE}`,
    });
  }
  return kind[variant]!;
}

function answer(kind: RoiCase, line: number, text: string | null, problem: string | null): object {
  const fail = (message: string): FoveaError =>
    new FoveaError('bad_input', message, {
      where: `line ${line}`,
      next: 'Correct this line and run the command again',
    });
  if (text === null) throw fail(problem ?? 'unreadable');
  const parsed = parseJson(text, kind.schema);
  if (!parsed.ok) throw fail(parsed.value === null ? parsed.message : `${parsed.message}: ${parsed.value}`);
  try {
    return kind.run(parsed.value);
  } catch (error) {
    if (error instanceof RangeError) throw fail(error.message);
    throw error;
  }
}

/** Resolves when the stream has taken the text, so a slow reader slows the command instead of filling memory. */
function write(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
