/** What a person brings in: the paths asked for, the import under way, and how it ended, told where it can be seen. */
import { createContext } from 'svelte';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { ImportReport, ProcedureInput } from '../../src-shared/contract/procedures.ts';
import { counted, formatCount } from '../ui/words.ts';
import { Exchange } from './exchange.svelte.ts';
import type { Notices, Offer } from '../shell/notices.svelte.ts';
import type { Queue } from '../queue/queue.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';

type ImportWish = ProcedureInput<'import.start'>;

export class Importing {
  readonly #session: Session;
  readonly #queue: Queue;
  readonly #notices: Notices;
  readonly exchange: Exchange<ImportReport>;
  /** The paths in the dialog, kept while it is closed. */
  imagesDir = $state('');
  questionsFile = $state('');
  /** What the file does not say of itself. */
  turns = $state<ImportWish['turns']>('all');
  boxes = $state<ImportWish['boxes']>(null);
  /** The file that the report is about. */
  readFile = $state('');
  /** The dialog is open: what happens is seen there. */
  seen = false;
  /** Opens the dialog. */
  onshow: () => void = () => undefined;

  constructor(session: Session, queue: Queue, notices: Notices, slot: string) {
    this.#session = session;
    this.#queue = queue;
    this.#notices = notices;
    this.exchange = new Exchange(session, slot);
  }

  readonly ready = $derived.by(
    () => this.imagesDir.trim() !== '' && this.questionsFile.trim() !== '' && !this.exchange.working,
  );

  async start(): Promise<void> {
    if (!this.ready) return;
    const { imagesDir, questionsFile, turns, boxes } = this;
    this.readFile = questionsFile;
    const report = await this.exchange.run((slot) =>
      this.#session.client.call('import.start', { imagesDir, questionsFile, turns, boxes, slot }),
    );
    this.#session.refreshSoon();
    if (report) void this.#queue.reload();
    if (!this.seen) this.#tell(report);
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
