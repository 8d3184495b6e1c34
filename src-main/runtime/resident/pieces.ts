/**
 * The decoder's pieces (pieces.ts) as sessions whose outputs stay on the device for the next one, and rows of what lies
 * there. Of a step nothing but logits and taps comes to the host.
 */
import type { AttentionShape, ModelGraphs } from '../../../models/architectures/index.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { GraphBuilder } from '../../graph/builder.ts';
import type { Graph } from '../../graph/types.ts';
import type { SessionSettings } from '../device.ts';
import { int64 } from '../feeds.ts';
import { need } from '../outputs.ts';
import { Session } from '../session.ts';
import type { Feed, Output } from '../session.ts';
import type { SessionCache } from '../session-cache.ts';
import type { Resident } from './resident.ts';

export type Rows = Feed | Resident;
type Feeds = Readonly<Record<string, Rows>>;

interface Kept {
  readonly resident: Readonly<Record<string, Resident>>;
  readonly read: Readonly<Record<string, Output>>;
}

export class ResidentPieces {
  readonly #graphs: ModelGraphs;
  readonly #settings: SessionSettings;
  readonly #sessions: SessionCache;

  /** @param sessions keeps as many as there are */
  constructor(graphs: ModelGraphs, settings: SessionSettings, sessions: SessionCache) {
    this.#graphs = graphs;
    this.#settings = settings;
    this.#sessions = sessions;
  }

  /** All that have weights, so that a model which does not fit fails here. @throws FoveaError also `cancelled` */
  async warm(signal?: AbortSignal): Promise<void> {
    const nothing = (): Promise<void> => Promise.resolve();
    for (let i = 0; i <= this.#graphs.layers; i++) {
      if (signal?.aborted) throw new FoveaError('cancelled', 'the load was cancelled');
      await this.#use(`between ${i}`, () => this.#graphs.between(i), isResident, nothing);
    }
    await this.#use('head', () => this.#graphs.head(), isRead, nothing);
  }

  /** What lies before the attention of layer `i`; of `layers`, what lies behind the last. */
  async between(i: number, feeds: Feeds): Promise<Kept['resident']> {
    const graph = () => this.#graphs.between(i);
    const kept = await this.#use(`between ${i}`, graph, isResident, (session) => session.keep(feeds));
    return kept.resident;
  }

  /** Attention that appends the fed rows' keys and values to those before. Taps are read. */
  attention(shape: Omit<AttentionShape, 'appends'>, feeds: Feeds): Promise<Kept> {
    const graph = () => this.#graphs.attention({ ...shape, appends: true });
    const key = `attention ${shape.sequences} ${shape.tapped}`;
    const stays = (name: string): boolean => !name.startsWith('tap');
    return this.#use(key, graph, stays, (session) => session.keep(feeds));
  }

  /** Logits of rows `[R, d]` after the last layer: `[R, V]`. */
  async logits(hidden: Rows): Promise<Float32Array> {
    const graph = () => this.#graphs.head();
    const output = await this.#use('head', graph, isRead, (session) => session.run({ hidden }));
    return need(output, 'logits').data;
  }

  /** Rows start…end−1, on the device. */
  async slice(rows: Resident, start: number, end: number): Promise<Resident> {
    const feeds = { rows, start: int64(start), end: int64(end) };
    const kept = await this.#use('slice', rowsGraph, isResident, (session) => session.keep(feeds));
    return kept.resident['some'] as Resident;
  }

  /** Rows start…end−1, on the host. */
  async read(rows: Resident, start: number, end: number): Promise<Float32Array> {
    const feeds = { rows, start: int64(start), end: int64(end) };
    const output = await this.#use('read', rowsGraph, isRead, (session) => session.run(feeds));
    return need(output, 'some').data;
  }

  #use<T>(
    key: string,
    graph: () => Graph,
    stays: (output: string) => boolean,
    work: (session: Session) => Promise<T>,
  ): Promise<T> {
    const open = (): Promise<Session> => {
      const made = graph();
      const resident = new Set(made.outputs.map(({ name }) => name).filter(stays));
      return Session.open(made, this.#settings, false, resident);
    };
    return this.#sessions.use(key, open, work);
  }
}

const isResident = (): boolean => true;
const isRead = (): boolean => false;

/** Some rows of a matrix. */
function rowsGraph(): Graph {
  const b = new GraphBuilder('rows');
  const [start, end] = [b.input('start', 'int64', [1]), b.input('end', 'int64', [1])];
  b.output('some', b.sliceAt(b.input('rows', 'float32', ['S', 'W']), 0, start, end, 'R'));
  return b.finish();
}
