/** `fovea import`: questions about a folder of pictures, into a project that is made when there is none. */
import { resolve } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
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
      refuseIfNothing(found, options.questions);
      return found;
    }).finally(() => progress.end());
    for (const { line, message, next } of report.problems) {
      output.note(`${options.questions} line ${line}: ${message}. ${next}`);
    }
    const { added, failed, skipped, seconds, problems } = report;
    output.result(
      { done: added, failed, skipped, seconds, project: resolve(path), problems },
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
function refuseIfNothing({ added, skipped, failed, problems }: ImportReport, file: string): void {
  if (failed === 0 || added > 0 || skipped > 0) return;
  const [first] = problems;
  const others = failed > 1 ? ` (and ${failed - 1} more like it)` : '';
  throw new FoveaError('bad_input', `${first.message}${others}`, {
    where: `${file} line ${first.line}`,
    next: `${first.next}; nothing was imported`,
  });
}
