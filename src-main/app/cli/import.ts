/** `fovea import`: questions about a folder of pictures, into a project that is made when there is none. */
import { resolve } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { reasonLines } from '../../../src-shared/contract/reasons.ts';
import { importQuestions, type ImportReport } from '../../jobs/import.ts';
import type { Project } from '../../store/project.ts';
import { withNewOrOpenProject } from '../projects.ts';
import type { AddCommand } from './command.ts';
import { exitOfBatch } from './exit.ts';
import { Progress } from './progress.ts';

interface Options {
  readonly images: string;
  readonly questions: string;
}

export const addImport: AddCommand = (program, cli) => {
  const command = program
    .command('import')
    .description('import questions about pictures; makes the project when there is none')
    .argument('<project>', 'project folder')
    .requiredOption('--images <dir>', 'folder that the image paths of the questions start from')
    .requiredOption('--questions <file>', 'question JSONL, LLaVA JSON or Q-Zoom JSONL');
  cli.define<Options>(command, async ({ output, stderr, signal }, [path], options) => {
    const progress = new Progress('Importing', stderr);
    const report = await withNewOrOpenProject(path, async (project) => {
      const found = await importInto(project, options, signal, progress);
      progress.end();
      if (found.failed > 1 || found.added + found.skipped > 0) {
        for (const line of reasonLines(options.questions, found.failures)) output.note(line);
      }
      refuseIfNothing(found, options.questions);
      return found;
    }).finally(() => progress.end());
    for (const folder of report.linkedInto) {
      output.note(`Links of ${options.images} lead into ${folder}: pictures are read from there, too`);
    }
    const { added, failed, skipped, seconds, failures, linkedInto } = report;
    output.result(
      { done: added, failed, skipped, seconds, project: resolve(path), failures, linkedInto },
      `Imported ${added} samples (${skipped} were there already, ${failed} failed) in ${seconds.toFixed(1)} s`,
    );
    return exitOfBatch(failed);
  });
};

async function importInto(
  project: Project,
  options: Options,
  signal: AbortSignal,
  progress: Progress,
): Promise<ImportReport> {
  const started = performance.now();
  return importQuestions(project, {
    imagesDir: resolve(options.images),
    questionsFile: resolve(options.questions),
    signal,
    onProgress: (lines) => {
      const rate = (1000 * lines) / (performance.now() - started);
      progress.update({ total: null, done: lines, failed: 0, rate, etaSeconds: null });
    },
  });
}

/** A file of which no line is right is an error, not a finished import: nothing is kept of it. */
function refuseIfNothing({ added, skipped, failed, failures }: ImportReport, file: string): void {
  if (failed === 0 || added > 0 || skipped > 0) return;
  const [{ reason, next, count, places }] = failures;
  const others = failed > count ? ` and ${failed - count} for other reasons` : '';
  const rows = failed > 1 ? ` (${count} rows${others})` : '';
  const value = places[0].value === null ? '' : `: ${places[0].value}`;
  throw new FoveaError('bad_input', `${reason}${value}${rows}`, {
    where: `${file} line ${places[0].line}`,
    next: `${next ?? 'Correct it and import the file again'}; nothing was imported`,
  });
}
