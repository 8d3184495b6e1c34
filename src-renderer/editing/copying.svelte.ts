/** Taking a label over: from what was predicted, from a map of the prediction on screen, or from another run. */
import { createContext } from 'svelte';
import type { Run } from '../../src-shared/contract/domain.ts';
import { COPY_MAPS, labelFromMap, onPlace, type Copied, type CopyMap } from './copied-label.ts';
import { labelOf } from './standing.ts';
import type { Editing } from './editing.svelte.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';
import { runTitle } from '../ui/run-words.ts';
import type { Bundle } from '../canvas/bundles.svelte.ts';

/** The sample on screen, by whoever shows it. */
interface Showing {
  readonly bundle: Bundle | null;
}

/** Where a label can be copied from. */
export interface CopySource {
  readonly key: string;
  readonly words: string;
  readonly copy: () => Promise<void>;
}

export class Copying {
  readonly #session: Session;
  readonly #showing: Showing;
  readonly #editing: Editing;
  readonly #notices: Notices;
  /** The menu is open. */
  open = $state(false);

  readonly sources = $derived.by<CopySource[]>(() => [
    { key: 'predicted', words: 'As predicted', copy: () => this.#take(() => this.#predicted()) },
    ...COPY_MAPS.map(({ map, words }) => ({
      key: map,
      words,
      copy: () => this.#take(() => this.#ofMap(map)),
    })),
    ...this.#otherRuns.map((run) => ({
      key: `run ${run.id}`,
      words: runTitle(run),
      copy: () => this.#take(() => this.#ofRun(run)),
    })),
  ]);

  constructor(session: Session, showing: Showing, editing: Editing, notices: Notices) {
    this.#session = session;
    this.#showing = showing;
    this.#editing = editing;
    this.#notices = notices;
  }

  get #otherRuns(): readonly Run[] {
    const project = this.#session.project;
    return project?.runs.filter(({ id }) => id !== project.activeRunId) ?? [];
  }

  get #shown() {
    return this.#showing.bundle?.detail ?? null;
  }

  /** Copies onto the sample that was on screen when it was asked for, or not at all. */
  async #take(read: () => Copied | Promise<Copied>): Promise<void> {
    this.open = false;
    const asked = this.#shown;
    if (!asked?.prediction) return;
    try {
      const copied = await read();
      if (this.#shown?.id !== asked.id || this.#shown.prediction?.id !== asked.prediction.id) return;
      if ('refused' in copied) this.#notices.info('The label was not copied', copied.refused);
      else this.#editing.setLabel(onPlace(copied.label, copied.place, asked.prediction));
    } catch (thrown) {
      this.#notices.error(thrown);
    }
  }

  #predicted(): Copied {
    const prediction = this.#shown!.prediction!;
    return { label: labelOf(prediction.label), place: prediction };
  }

  async #ofMap(map: CopyMap): Promise<Copied> {
    const { image, prediction } = this.#shown!;
    const run = this.#session.project?.runs.find(({ id }) => id === prediction!.runId);
    if (!run) return { refused: 'The run of this prediction is not known' };
    const maps = await this.#session.client.call('samples.maps', { predictionId: prediction!.id });
    return labelFromMap(map, maps, run.preset, [image.width, image.height]);
  }

  async #ofRun(run: Run): Promise<Copied> {
    const predictions = await this.#session.client.call('samples.predictions', { id: this.#shown!.id });
    const theirs = predictions.find(({ runId }) => runId === run.id);
    if (!theirs) return { refused: `Run ${run.id} did not label this sample` };
    return { label: labelOf(theirs.label), place: theirs };
  }
}

export const [getCopying, setCopying] = createContext<Copying>();
