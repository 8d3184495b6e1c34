/** `fovea import`: questions about a folder of pictures, into a project that is made when there is none. */
import { counted } from '../../../src-shared/contract/counts.ts';
import { resolve } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { BOX_FORMS, TURNS } from '../../../src-shared/contract/procedures.ts';
import { reasonLines } from '../../../src-shared/contract/reasons.ts';
import type { ReadingOptions } from '../../importers/index.ts';
import { importQuestions, type ImportOptions, type ImportReport } from '../../jobs/import/import.ts';
import { knownPresets } from '../../jobs/presets/presets.ts';
import type { Project } from '../../store/file/project.ts';
import { withNewOrOpenProject } from '../projects.ts';
import { appResources } from '../resources.ts';
import { usageError, type AddCommand } from './frame/command.ts';
import { exitOfBatch } from './frame/exit.ts';
import { Progress } from '../progress.ts';

interface Options {
  readonly images: string;
  readonly questions: string;
  readonly turns: string;
  readonly boxes?: string;
  readonly preset?: string;
}

export const addImport: AddCommand = (program, cli) => {
  const command = program
    .command('import')
    .description('import questions about pictures; makes the project when there is none')
    .argument('<project>', 'project folder')
    .requiredOption('--images <dir>', 'folder that the image paths of the questions start from')
    .requiredOption('--questions <file>', 'questions, one row a line or as a JSON list: LLaVA, Qwen, Q-Zoom')
    .option(
      '--turns <which>',
      'of a conversation: all, each question a sample asked alone; first, the first one only',
      'all',
    )
    .option(
      '--boxes <form>',
      'truth boxes are pixels (x0, y0, x1, y1), xywh (pixels), unit (0…1) or thousand (0…1000) (default: pixels, refused where they cannot be)',
    )
    .option(
      '--preset <id>',
      'thresholds for the attention maps in an SD-RPN or Q-Zoom pickle (default: by what the maps look like)',
    );
  cli.define<Options>(command, async ({ output, stderr, signal }, [path], options) => {
    const reading = readingOf(options);
    const progress = new Progress('Importing', stderr);
    const report = await withNewOrOpenProject(path, async (project) => {
      const labels = {
        presets: await knownPresets(appResources()),
        presetId: options.preset ?? null,
      };
      const found = await importInto(project, options, { reading, labels }, signal, progress);
      progress.end();
      if (found.failed > 1 || !isNothing(found)) {
        for (const line of reasonLines(options.questions, found.failures, 'row')) output.note(line);
      }
      refuseIfNothing(found, options.questions);
      return found;
    }).finally(() => progress.end());
    for (const folder of report.linkedInto) {
      output.note(`Links of ${options.images} lead into ${folder}: pictures are read from there, too`);
    }
    const { added, updated, failed, skipped, labelled, seconds, failures, notes, linkedInto } = report;
    for (const line of reasonLines(options.questions, notes, 'sample')) output.note(line);
    const corrected = updated > 0 ? `${counted(updated, 'was', 'were')} corrected, ` : '';
    output.result(
      {
        done: added,
        updated,
        failed,
        skipped,
        labelled,
        seconds,
        project: resolve(path),
        failures,
        notes,
        linkedInto,
      },
      `Imported ${counted(added, 'sample')} (${corrected}${counted(skipped, 'was', 'were')} there already, ${failed} failed${labelled > 0 ? `, ${counted(labelled, 'label')} to review` : ''}) in ${seconds.toFixed(1)} s`,
    );
    return exitOfBatch(failed);
  });
};

async function importInto(
  project: Project,
  options: Options,
  how: Required<Pick<ImportOptions, 'reading' | 'labels'>>,
  signal: AbortSignal,
  progress: Progress,
): Promise<ImportReport> {
  const started = performance.now();
  return importQuestions(project, {
    imagesDir: resolve(options.images),
    questionsFile: resolve(options.questions),
    ...how,
    signal,
    onProgress: (lines) => {
      const rate = (1000 * lines) / (performance.now() - started);
      progress.update({ total: null, done: lines, failed: 0, rate, etaSeconds: null });
    },
  });
}

function readingOf({ turns, boxes }: Options): ReadingOptions {
  const known = TURNS.find((one) => one === turns);
  if (known === undefined)
    throw usageError(`--turns must be all or first, not ${turns}`, 'See fovea import --help');
  const form = boxes === undefined ? null : BOX_FORMS.find((one) => one === boxes);
  if (form === undefined) throw usageError(`There is no --boxes ${boxes}`, `One of: ${BOX_FORMS.join(', ')}`);
  return { turns: known, boxes: form };
}

function isNothing({ added, updated, skipped, failed }: ImportReport): boolean {
  return failed > 0 && added + updated + skipped === 0;
}

/** A file of which no line is right is an error, not a finished import: nothing is kept of it. */
function refuseIfNothing(found: ImportReport, file: string): void {
  if (!isNothing(found)) return;
  const { failed, failures } = found;
  const [{ reason, next, count, places }] = failures;
  const others = failed > count ? ` and ${failed - count} for other reasons` : '';
  const rows = failed > 1 ? ` (${counted(count, 'row')}${others})` : '';
  const value = places[0].value === null ? '' : `: ${places[0].value}`;
  throw new FoveaError('bad_input', `${reason}${value}${rows}`, {
    where: `${file} line ${places[0].line}`,
    next: `${next ?? 'Correct it and import the file again'}; nothing was imported`,
  });
}
