/** The gallery's list as dots: asked for when it is shown, coloured by decision or by a number. */
import { createContext } from 'svelte';
import type { EmbeddingPlane, EmbeddingStatus, SampleFilter } from '../../src-shared/contract/procedures.ts';
import { measureSchema, type Measure } from '../../src-shared/contract/procedures.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { View } from '../canvas/view.svelte.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';
import { readChoice, readFlag, store } from '../shell/stored.dom.ts';
import { dotsOf, SIDE, type Dots } from './dots.ts';

export const COLOURS = ['state', ...measureSchema.options] as const;
export type Colour = (typeof COLOURS)[number];
export const TOOLS = ['loop', 'box', 'pan'] as const;
export type Tool = (typeof TOOLS)[number];

/** What of the plane is said in words. */
type Told = Pick<EmbeddingPlane, 'model' | 'listed' | 'without' | 'pictures' | 'shares'>;

const RELOAD_MS = 800;

export class Plotting {
  readonly #session: Session;
  readonly #notices: Notices;
  readonly view = new View();
  /** The gallery shows dots in place of pictures. */
  on = $state(readFlag('galleryPlot', false));
  colour = $state<Colour>(readChoice('plotColour', COLOURS, 'state'));
  tool = $state<Tool>('loop');
  dots = $state.raw<Dots | null>(null);
  told = $state.raw<Told | null>(null);
  status = $state.raw<EmbeddingStatus | null>(null);
  problem = $state.raw<FoveaError | null>(null);
  busy = $state(false);
  /** Grows with every decision on a dot: they are drawn anew. */
  version = $state(0);
  #filter: SampleFilter | null = null;
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(session: Session, notices: Notices) {
    this.#session = session;
    this.#notices = notices;
    session.client.on('sample.changed', ({ sampleId, state }) => {
      const at = this.dots?.indexOf.get(sampleId);
      if (at === undefined || !this.dots) return;
      this.dots.states[at] = state;
      this.version++;
    });
    session.client.on('samples.changed', () => this.#again());
    session.client.on('job.changed', ({ type, state }) => {
      if ((type === 'embed' || type === 'label') && state !== 'running' && state !== 'queued') this.#again();
    });
  }

  show(on: boolean): void {
    this.on = on;
    store('galleryPlot', on);
  }

  setColour(colour: Colour): void {
    this.colour = colour;
    store('plotColour', colour);
    if (this.#filter) void this.load(this.#filter);
  }

  /** Nobody looks at it any more. */
  leave(): void {
    this.#filter = null;
    this.#asked++;
  }

  /** Another project: its numbers mean other samples. */
  clear(): void {
    this.leave();
    this.dots = this.told = this.status = this.problem = null;
  }

  async load(filter: SampleFilter): Promise<void> {
    const asked = ++this.#asked;
    this.#filter = filter;
    this.busy = true;
    const measure: Measure | null = this.colour === 'state' ? null : this.colour;
    const { client, slot } = this.#session;
    try {
      const status = await client.call('embeddings.status', {});
      const plane =
        status.embedded > 0 ? await client.call('embeddings.plane', { slot, filter, measure }) : null;
      if (asked !== this.#asked) return;
      const first = this.dots === null;
      this.status = status;
      this.dots = plane && dotsOf(plane);
      this.told = plane;
      this.problem = null;
      if (first) this.view.setPicture({ width: SIDE, height: SIDE });
    } catch (thrown) {
      const error = FoveaError.from(thrown);
      if (asked === this.#asked && error.code !== 'cancelled') this.problem = error;
    }
    if (asked === this.#asked) this.busy = false;
  }

  /** Has the pictures that have no embedding encoded. */
  async encode(): Promise<void> {
    if (this.#session.refusesWriting()) return;
    try {
      await this.#session.client.call('embeddings.encode', {});
    } catch (thrown) {
      this.#notices.error(thrown);
    }
  }

  #again(): void {
    if (!this.#filter || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#filter) void this.load(this.#filter);
    }, RELOAD_MS);
  }
}

export const [getPlotting, setPlotting] = createContext<Plotting>();
