/** What a person brings in: the paths asked for, the import under way, and how it ended, told where it can be seen. */
import { createContext } from 'svelte';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type {
  ColumnChoice,
  ColumnField,
  ImportPreview,
  ImportReport,
  ProcedureInput,
  UploadPlaced,
} from '../../src-shared/contract/procedures.ts';
import { counted, formatCount } from '../ui/words.ts';
import { keepColumns, knownColumns } from './columns-kept.dom.ts';
import { droppedIn, type Chosen } from '../uploads/chosen.dom.ts';
import { importPaths } from '../uploads/placed.ts';
import type { Uploads } from '../uploads/uploads.svelte.ts';
import { Exchange } from '../shell/exchange.svelte.ts';
import type { Notices, Offer } from '../shell/notices.svelte.ts';
import type { Queue } from '../queue/queue.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';

type ImportWish = ProcedureInput<'import.start'>;

export class Importing {
  readonly #session: Session;
  readonly #queue: Queue;
  readonly #notices: Notices;
  readonly #uploads: Uploads;
  readonly exchange: Exchange<ImportReport>;
  /** The paths in the dialog, kept while it is closed. */
  imagesDir = $state('');
  questionsFile = $state('');
  /** Files of what was brought in that may be the questions, where there are several. */
  candidates = $state.raw<readonly string[]>([]);
  /** What the file does not say of itself. */
  turns = $state<ImportWish['turns']>('all');
  boxes = $state<ImportWish['boxes']>(null);
  /** Of pictures with marked objects: what becomes a question. */
  objects = $state<NonNullable<ImportWish['objects']>['each']>('category');
  /** What belongs to the questions, of some benchmarks; empty: nothing. */
  annotations = $state('');
  /** Which columns are which fields, as a person chose; null: as guessed. */
  columns = $state.raw<ColumnChoice | null>(null);
  /** What is asked about each picture of a folder of pictures; empty: nothing. */
  question = $state('');
  /** What the file was found to be, of which paths; null before somebody looked. */
  preview = $state.raw<ImportPreview | null>(null);
  previewError = $state.raw<FoveaError | null>(null);
  /** A look is under way. */
  looking = $state(false);
  #looks = 0;
  /** The file that the report is about. */
  readFile = $state('');
  /** The dialog is open: what happens is seen there. */
  seen = false;
  /** Opens the dialog. */
  onshow: () => void = () => undefined;

  constructor(session: Session, queue: Queue, notices: Notices, uploads: Uploads, slot: string) {
    this.#session = session;
    this.#queue = queue;
    this.#notices = notices;
    this.#uploads = uploads;
    this.exchange = new Exchange(session, slot);
  }

  readonly ready = $derived.by(() => this.questionsFile.trim() !== '' && !this.exchange.working);

  async start(): Promise<void> {
    if (!this.ready) return;
    const wish = this.#wish();
    this.readFile = wish.questionsFile;
    const report = await this.exchange.run((slot) =>
      this.#session.client.call('import.start', { ...wish, slot }),
    );
    this.#session.refreshSoon();
    if (report) void this.#queue.reload();
    if (!this.seen) this.#tell(report);
  }

  /** Brings in what was dropped on a page in a browser. */
  async bringDropped(entries: readonly (FileSystemEntry | null)[], files: readonly File[]): Promise<void> {
    let chosen: Chosen;
    try {
      chosen = await droppedIn(entries, files);
    } catch (cause) {
      const next = 'Check that you may read all of it, then drop it again';
      return this.#notices.error(
        new FoveaError('io', 'The browser cannot read what was dropped', { next, cause }),
      );
    }
    const placed = await this.#uploads.bring(chosen);
    if (placed) this.broughtIn(placed);
  }

  /** What was brought in is what is to be imported. */
  broughtIn(placed: UploadPlaced): void {
    const paths = importPaths(placed, this, (path) => this.#uploads.isBroughtIn(path));
    this.imagesDir = paths.imagesDir;
    this.questionsFile = paths.questionsFile;
    this.candidates = paths.candidates;
  }

  /**
   * Looks at the file as it would be imported; only the newest look counts. What was chosen for columns of these names
   * before is chosen again.
   * @param whole all of it
   */
  async look(whole = false): Promise<void> {
    const wish = this.#wish();
    const look = ++this.#looks;
    if (wish.questionsFile.trim() === '') {
      this.preview = this.previewError = null;
      this.looking = false;
      return;
    }
    this.looking = true;
    try {
      const found = await this.#session.client.call('import.preview', { ...wish, whole });
      if (look !== this.#looks) return;
      const known = wish.columns === null && found.columns ? knownColumns(found.columns.names) : null;
      if (known) {
        this.columns = known;
        return await this.look(whole);
      }
      this.preview = found;
      this.previewError = null;
    } catch (thrown) {
      if (look !== this.#looks) return;
      this.preview = null;
      this.previewError = FoveaError.from(thrown);
    }
    if (look === this.#looks) this.looking = false;
  }

  /** A column is this field from now on, for this file and for others of the same columns. */
  chooseColumn(name: string, field: ColumnField | ''): void {
    const { columns } = this.preview ?? {};
    if (!columns) return;
    // A field is one column: who had it before keeps its own name, or is left out where that is the same.
    const others = Object.entries({ ...columns.choice }).filter(
      ([one, to]) => one !== name && (to !== field || to === ''),
    );
    const choice = { ...Object.fromEntries(others), [name]: field };
    this.columns = choice;
    keepColumns(columns.names, choice);
    void this.look();
  }

  #wish(): Omit<ImportWish, 'slot' | 'preset'> {
    const { imagesDir, questionsFile, turns, boxes, columns, question } = this;
    return {
      imagesDir,
      questionsFile,
      turns,
      boxes,
      annotationsPath: this.annotations.trim() || null,
      columns,
      question: question.trim() === '' ? null : question,
      objects: { each: this.objects, question: question.trim() === '' ? null : question },
    };
  }

  /** Call it when the dialog closes: what was read there is not shown again. */
  closed(): void {
    this.seen = false;
    this.exchange.clear();
  }

  #tell(report: ImportReport | null): void {
    const show: Offer = { words: 'Show', run: this.onshow };
    if (!report) return this.#notices.error(this.exchange.error);
    const { added, updated, skipped, failed } = report;
    if (failed === 0) return void this.#notices.offer(`Import: ${formatCount(added)} added`, show);
    const rows = counted(added + updated + skipped + failed, 'row');
    const text = `Import: ${formatCount(failed)} of ${rows} failed`;
    this.#notices.error(new FoveaError('bad_input', text, { next: 'Open the import to see why' }), show);
  }
}

export const [getImporting, setImporting] = createContext<Importing>();
