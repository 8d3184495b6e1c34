/** `fovea import`: questions about a folder of pictures, into a project that is made when there is none. */
import { counted } from '../../../../src-shared/contract/counts.ts';
import { resolve } from 'node:path';
import { FoveaError } from '../../../../src-shared/contract/errors.ts';
import {
  BOX_FORMS,
  COLUMN_FIELDS,
  objectsWishSchema,
  type ColumnChoice,
  TURNS,
} from '../../../../src-shared/contract/procedures.ts';
import { reasonLines } from '../../../../src-shared/contract/reasons.ts';
import type { ReadingOptions } from '../../../importers/index.ts';
import { importQuestions, type ImportOptions, type ImportReport } from '../../../jobs/import/import.ts';
import { knownPresets } from '../../../jobs/presets/presets.ts';
import { previewImport } from '../../../jobs/import/preview.ts';
import type { Project } from '../../../store/file/project.ts';
import { withNewOrOpenProject } from '../../projects.ts';
import { appResources } from '../../resources.ts';
import { previewLines, previewResult } from './preview.ts';
import { usageError, type AddCommand } from '../frame/command.ts';
import { addFromOptions, importFrom, type FromOptions } from './from.ts';
import { addLogOptions, importLogInto, type LogOptions } from './log.ts';
import { exitOfBatch } from '../frame/exit.ts';
import { Progress } from '../../progress.ts';
import { copyLines } from '../../../../src-shared/contract/copies.ts';

interface Options {
  readonly images?: string;
  readonly questions: string;
  readonly turns: string;
  readonly boxes?: string;
  readonly preset?: string;
  readonly annotations?: string;
  readonly column?: readonly string[];
  readonly question?: string;
  readonly preview?: true;
  readonly dryRun?: true;
  readonly objects: string;
}

export const addImport: AddCommand = (program, cli) => {
  const command = program
    .command('import')
    .description('import questions about pictures; makes the project when there is none')
    .argument('<project>', 'project folder')
    .option(
      '--questions <path>',
      'a data set: JSONL, JSON, CSV, TSV (VLMEvalKit), Parquet, a folder of Parquet files or of pictures, or a benchmark as its authors publish it',
    )
    .option(
      '--images <dir>',
      'folder that the image paths of the questions start from (default: where the questions lie)',
    )
    .option(
      '--annotations <path>',
      'what belongs to the questions: annotations of VQA, scene graphs of GQA, the folder of V*Bench',
    )
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
      '--objects <each>',
      'of COCO instances: a question for each category of a picture, each annotation, or each picture',
      'category',
    )
    .option(
      '--preset <id>',
      'thresholds for the attention maps in an SD-RPN or Q-Zoom pickle (default: by what the maps look like)',
    )
    .option(
      '--column <name=field>',
      'of a table or Parquet: the column NAME is the field FIELD (nothing behind =: left out); without it, guessed from the names',
      (one: string, before: readonly string[] = []) => [...before, one],
    )
    .option(
      '--question <text>',
      'what is asked about each picture of a folder, or about COCO instances, with {category} for the name of the category',
    )
    .option('--preview', 'show what the file is and its first questions, and write nothing')
    .option('--dry-run', 'check all of it as the import would, and write nothing');
  addLogOptions(command);
  addFromOptions(command);
  cli.define<Partial<Options> & LogOptions & FromOptions>(command, async (context, [path], given) => {
    const { output, stderr, signal } = context;
    if (given.from !== undefined) return importFrom(context, path, given);
    if (given.log !== undefined) return importLogInto(context, path, given);
    const options = withFile(given);
    const reading = readingOf(options);
    if (options.preview || options.dryRun) {
      const preview = await previewImport({
        ...placesOf(options),
        reading,
        whole: options.dryRun === true,
        signal,
      });
      for (const line of previewLines(options.questions, preview)) output.note(line);
      output.result(preview, previewResult(preview));
      return exitOfBatch(preview.failed);
    }
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
      output.note(
        `Links of ${options.images ?? 'the folder'} lead into ${folder}: pictures are read from there, too`,
      );
    }
    const { added, updated, failed, skipped, labelled, seconds, failures, notes, linkedInto, copies } =
      report;
    for (const line of reasonLines(options.questions, notes, 'sample')) output.note(line);
    for (const line of copyLines(copies)) output.note(line);
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
        copies,
        linkedInto,
      },
      `Imported ${counted(added, 'sample')} (${corrected}${counted(skipped, 'was', 'were')} there already, ${failed} failed${labelled > 0 ? `, ${counted(labelled, 'label')} to review` : ''}) in ${seconds.toFixed(1)} s`,
    );
    return exitOfBatch(failed);
  });
};

/** Throws a usage error where there is no file to import. */
function withFile<T extends Partial<Options>>(
  given: T,
): T & Pick<Options, 'questions' | 'turns' | 'objects'> {
  const { questions, turns = 'all', objects = 'category' } = given;
  if (questions !== undefined) return { ...given, questions, turns, objects };
  throw usageError('What is to be imported is not said', 'Give --questions, or --log, or --from');
}

function placesOf({ images, questions }: Options): {
  readonly imagesDir?: string;
  readonly questionsFile: string;
} {
  return {
    ...(images === undefined ? {} : { imagesDir: resolve(images) }),
    questionsFile: resolve(questions),
  };
}

async function importInto(
  project: Project,
  options: Options,
  how: Required<Pick<ImportOptions, 'reading' | 'labels'>>,
  signal: AbortSignal,
  progress: Progress,
): Promise<ImportReport> {
  const started = performance.now();
  return importQuestions(project, {
    ...placesOf(options),
    ...how,
    signal,
    onProgress: (lines) => {
      const rate = (1000 * lines) / (performance.now() - started);
      progress.update({ total: null, done: lines, failed: 0, rate, etaSeconds: null });
    },
  });
}

function readingOf(options: Options): ReadingOptions {
  const { turns, boxes, annotations, column, objects, question } = options;
  const known = TURNS.find((one) => one === turns);
  if (known === undefined)
    throw usageError(`--turns must be all or first, not ${turns}`, 'See fovea import --help');
  const form = boxes === undefined ? null : BOX_FORMS.find((one) => one === boxes);
  if (form === undefined) throw usageError(`There is no --boxes ${boxes}`, `One of: ${BOX_FORMS.join(', ')}`);
  const wish = objectsWishSchema.safeParse({ each: objects, question: question ?? null });
  if (!wish.success) {
    throw usageError(`--objects ${objects} or its --question cannot be used`, 'See fovea import --help');
  }
  return {
    turns: known,
    boxes: form,
    annotations: annotations === undefined ? null : resolve(annotations),
    columns: columnsOf(column),
    question: question ?? null,
    objects: wish.data,
  };
}

/** `NAME=FIELD`, or `NAME=` for one that is left out; what is not named is guessed no more. */
function columnsOf(given: readonly string[] | undefined): ColumnChoice | null {
  if (given === undefined) return null;
  return Object.fromEntries(
    given.map((one) => {
      const [name, to] = [one.slice(0, one.lastIndexOf('=')), one.slice(one.lastIndexOf('=') + 1)];
      const field = to === '' ? '' : COLUMN_FIELDS.find((known) => known === to);
      if (name === '' || field === undefined) {
        throw usageError(`--column takes NAME=FIELD, not ${one}`, `Fields: ${COLUMN_FIELDS.join(', ')}`);
      }
      return [name, field] as const;
    }),
  );
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
