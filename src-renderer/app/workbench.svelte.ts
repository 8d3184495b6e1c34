/** The parts of the page's state, made once and handed to the components through Svelte's context. */
import { createContext } from 'svelte';
import type { Flag, Job } from '../../src-shared/contract/domain.ts';
import {
  NO_FILTER,
  type ExportReport,
  type RpcClient,
  type SampleFilter,
  type SampleSort,
  type SavedFilter,
} from '../../src-shared/contract/procedures.ts';
import type { DockId } from '../shell/dock.ts';
import { isChosen } from '../queue/selection.ts';
import type { PageId } from '../shell/pages.ts';
import { Asking } from '../asking/asking.svelte.ts';
import { Batches } from '../batches/batches.svelte.ts';
import { Causal } from '../asking/causal.svelte.ts';
import { Dashboard } from '../dashboard/dashboard.svelte.ts';
import { Desk } from '../deciding/desk.svelte.ts';
import { Flagging } from '../flags/flagging.svelte.ts';
import { Finding } from '../queue/finding.svelte.ts';
import { Exchange } from '../exchange/exchange.svelte.ts';
import { Gallery } from '../gallery/gallery.svelte.ts';
import { Heads } from '../heads/heads.svelte.ts';
import { Importing } from '../exchange/importing.svelte.ts';
import { Keeping } from '../dashboard/keeping.svelte.ts';
import { Keys } from '../shell/keys.svelte.ts';
import { Labelling, type LabelWith } from '../labelling/labelling.svelte.ts';
import { Models } from '../models/models.svelte.ts';
import { Notices } from '../shell/notices.svelte.ts';
import { Panes } from '../panes/panes.svelte.ts';
import { PictureCare } from '../pictures/picture-care.svelte.ts';
import { Places } from './places.dom.ts';
import { Presets } from '../recipe/presets.svelte.ts';
import { Prompts } from '../labelling/prompts.svelte.ts';
import { Queue } from '../queue/queue.svelte.ts';
import { RecipeTrial } from '../recipe/recipe.svelte.ts';
import { Relabel } from '../recipe/relabel.svelte.ts';
import { Removing } from '../exchange/removing.svelte.ts';
import { SampleNotes } from '../sample/sample-notes.svelte.ts';
import { SavedFilters } from '../queue/saved-filters.svelte.ts';
import { SecondLook } from '../sample/second-look.svelte.ts';
import { Session } from '../shell/session.svelte.ts';
import { Similar } from '../queue/similar.svelte.ts';
import { TokenLab } from '../tokens/token-lab.svelte.ts';
import { tokenProvider } from '../tokens/token-provider.svelte.ts';
import { Theme } from '../shell/theme.svelte.ts';
import { Tour } from '../tour/tour.svelte.ts';
import { Tools } from '../editing/tools.svelte.ts';
import { View } from '../canvas/view.svelte.ts';

export type Sheet =
  | 'help'
  | 'projects'
  | 'palette'
  | 'export'
  | 'import'
  | 'relink'
  | 'addModel'
  | 'downloadModel'
  | 'removeModel'
  | 'relabel'
  | 'label'
  | 'savePreset'
  | 'presets'
  | 'filterName'
  | 'note'
  | 'removeSamples'
  | 'batch'
  | 'batches';

export class Workbench {
  readonly notices = new Notices();
  readonly theme = new Theme();
  readonly keys = new Keys();
  readonly tools = new Tools();
  readonly view = new View();
  readonly panes: Panes;
  readonly session: Session;
  readonly queue: Queue;
  readonly finding: Finding;
  readonly saved: SavedFilters;
  readonly flagging: Flagging;
  readonly notes: SampleNotes;
  readonly desk: Desk;
  readonly gallery: Gallery;
  readonly similar: Similar;
  readonly dashboard: Dashboard;
  readonly keeping: Keeping;
  readonly batches: Batches;
  readonly removing: Removing;
  readonly models: Models;
  readonly recipe: RecipeTrial;
  readonly relabel: Relabel;
  readonly labelling: Labelling;
  readonly presets: Presets;
  readonly prompts: Prompts;
  readonly care: PictureCare;
  readonly heads: Heads;
  readonly tokens: TokenLab;
  readonly asking: Asking;
  readonly causal: Causal;
  readonly secondLook: SecondLook;
  readonly tour: Tour;
  readonly places = new Places();
  readonly importing: Importing;
  readonly exports: Exchange<ExportReport>;
  /** The dialog that is open. */
  sheet = $state<Sheet | null>(null);
  /** The page of the project that is shown. */
  page = $state<PageId>('review');
  /** The tab of the dock under the panes. */
  dock = $state<DockId>('sample');

  constructor(client: RpcClient) {
    this.session = new Session(client, this.notices);
    this.panes = new Panes(this.session);
    this.queue = new Queue(client);
    this.finding = new Finding(this.session, this.queue);
    this.saved = new SavedFilters(this.session, this.queue, this.notices);
    this.flagging = new Flagging(this.session, this.queue, this.notices);
    this.notes = new SampleNotes(this.session, this.queue, this.notices);
    this.gallery = new Gallery(this.session, this.queue, this.notices);
    this.similar = new Similar(this.session, this.queue, this.notices);
    this.dashboard = new Dashboard(this.session);
    this.keeping = new Keeping(this.session, this.notices);
    this.batches = new Batches(this.session, this.queue, this.gallery, this.notices);
    // In the gallery the list is made anew; where one is worked through, rows keep their places.
    this.batches.onDone = () => void (this.page === 'gallery' && this.queue.reload());
    this.models = new Models(this.session, this.notices);
    this.desk = new Desk(this.session, this.queue, this.view, this.notices);
    this.desk.isOnScreen = () => this.page === 'review';
    const { undoing } = this.desk;
    this.batches.onApplied = (batchId) => undoing.did({ kind: 'batch', batchId });
    this.batches.onUndone = (batchId) => undoing.forgetBatch(batchId);
    undoing.undoBatch = (batchId) => this.batches.undoById(batchId);
    this.recipe = new RecipeTrial(this.session, this.desk, this.panes, this.notices);
    this.relabel = new Relabel(this.session, this.queue, this.recipe, this.notices);
    this.labelling = new Labelling(this.session, this.queue, this.gallery, this.notices);
    this.prompts = new Prompts(this.session);
    this.care = new PictureCare(this.session, this.desk, this.notices);
    this.presets = new Presets(this.session, this.recipe, this.notices);
    // What this page tries on a sample; another window has a name of its own.
    const slot = `page-${Math.random().toString(36).slice(2)}`;
    this.heads = new Heads(this.session, this.desk, this.panes, this.recipe, slot);
    this.tokens = new TokenLab(this.session, slot);
    this.panes.provide('token', tokenProvider(this.tokens));
    this.asking = new Asking(this.session, slot);
    this.causal = new Causal(this.session, slot);
    this.secondLook = new SecondLook(this.session, this.desk, this.notices, slot);
    this.tour = new Tour(this);
    this.removing = new Removing(this.session, this.queue, this.gallery, this.notices, `${slot}-removal`);
    this.importing = new Importing(this.session, this.queue, this.notices, `${slot}-import`);
    this.importing.onshow = () => void (this.sheet = 'import');
    this.exports = new Exchange(this.session, `${slot}-export`);
  }

  /** Comes back to where the person was in a project; before anything of it is asked for. */
  enter(path: string): void {
    this.notices.withdrawOffers();
    const { page, dock, filter, sort, sampleId } = this.places.enter(path);
    this.page = page;
    this.dock = dock;
    this.queue.beginAt(filter, sort, sampleId);
  }

  /** Call it in an effect: remembers where the person is. */
  rememberPlace(): void {
    const { page, dock, queue } = this;
    const { filter, sort, currentId } = queue;
    // Between two projects, or before the list is there, nobody is anywhere.
    if (currentId !== null) this.places.keep({ page, dock, filter, sort, sampleId: currentId });
  }

  /** Begins to decide the chosen samples at once. */
  async askBatch(decision: 'accept' | 'reject'): Promise<void> {
    await this.gallery.settled;
    if (this.batches.ask(decision)) this.sheet = 'batch';
  }

  /** Asks about removing the samples of an import, or the chosen ones. */
  async askRemoval(importId: number | null = null): Promise<void> {
    await this.gallery.settled;
    const asked = importId === null ? this.removing.askChosen() : this.removing.askImport(importId);
    if (asked) this.sheet = 'removeSamples';
  }

  /** Asks which samples to label, and says what that means, before anything is labelled. */
  askLabel(wish: LabelWith, onBegin?: (job: Job) => void): void {
    this.labelling.ask(wish, onBegin);
    this.sheet = 'label';
  }

  chooseProject(): void {
    this.session.problem = null;
    this.sheet = 'projects';
  }

  showBatches(): void {
    void this.batches.load();
    this.sheet = 'batches';
  }

  /** Shows in the gallery what is like the current sample. */
  async showSimilar(): Promise<void> {
    const row = this.queue.currentRow() ?? this.desk.bundle?.detail;
    if (row && (await this.similar.show(row))) this.page = 'gallery';
  }

  /** Sets a flag of the sample at hand, or of all that are chosen in the gallery, or takes it away. */
  async toggleFlag(flag: Flag): Promise<void> {
    if (this.page !== 'gallery') {
      this.flagging.toggle(flag);
      return;
    }
    await this.gallery.settled;
    const { selection, chosen } = this.gallery;
    const { currentId } = this.queue;
    const one = chosen === 0 || (chosen === 1 && currentId !== null && isChosen(selection, currentId));
    if (one) this.flagging.toggle(flag);
    else await this.flagging.toggleAll(flag, selection);
  }

  /** Asks for a name to keep the filter that is shown under. */
  saveFilter(): void {
    if (!this.queue.filtered) {
      this.notices.info('There is no filter to save', 'Choose what to show, then save it under a name');
      return;
    }
    this.saved.renaming = null;
    this.sheet = 'filterName';
  }

  renameFilter(saved: SavedFilter): void {
    this.saved.renaming = saved;
    this.sheet = 'filterName';
  }

  /**
   * Shows just the samples that `filter` lets through, on the gallery or the review page: the one door for numbers,
   * saved filters and whatever else stands for samples. Parts that are not given let everything through; without a
   * `sort` the order stays.
   */
  showSamples(
    filter: Partial<SampleFilter>,
    { sort, page = 'gallery' }: { sort?: SampleSort; page?: 'gallery' | 'review' } = {},
  ): void {
    this.page = page;
    void this.queue.setView({ ...NO_FILTER, ...filter }, sort ?? this.queue.sort);
  }
}

export const [getWorkbench, setWorkbench] = createContext<Workbench>();
