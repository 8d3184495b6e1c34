/**
 * The decoder's pieces as sessions: one between every two attentions, one for the head, and attentions, which have no
 * weights and serve every layer. Each weight is held once whatever is asked. A call costs some 0.1 ms.
 */
import type { AttentionShape, ModelGraphs } from '../../models/architectures/index.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { SessionSettings } from './device.ts';
import { need } from './outputs.ts';
import type { Feed, Output } from './session.ts';
import { Session } from './session.ts';
import type { SessionCache } from './session-cache.ts';

type Feeds = Readonly<Record<string, Feed>>;

export class DecoderPieces {
  readonly #graphs: ModelGraphs;
  readonly #settings: SessionSettings;
  readonly #sessions: SessionCache;

  /** @param sessions keeps as many as there are */
  constructor(graphs: ModelGraphs, settings: SessionSettings, sessions: SessionCache) {
    this.#graphs = graphs;
    this.#settings = settings;
    this.#sessions = sessions;
  }

  /** All that have weights: a model whose weights do not fit fails here, not at the first sample. */
  async warm(signal?: AbortSignal): Promise<void> {
    const nothing = (): Promise<void> => Promise.resolve();
    for (let i = 0; i <= this.#graphs.layers; i++) {
      if (signal?.aborted) throw new FoveaError('cancelled', 'the load was cancelled');
      await this.#use(`between ${i}`, () => this.#graphs.between(i), nothing);
    }
    await this.#use('head', () => this.#graphs.head(), nothing);
  }

  /** What lies before the attention of layer `i`; of `layers`, what lies behind the last. */
  between(i: number, feeds: Feeds, into: Feeds): Promise<Record<string, Output>> {
    const graph = () => this.#graphs.between(i);
    return this.#use(`between ${i}`, graph, (session) => session.run(feeds, into));
  }

  attention(shape: AttentionShape, feeds: Feeds, into: Feeds): Promise<Record<string, Output>> {
    const graph = () => this.#graphs.attention(shape);
    return this.#use(`attention ${shape.sequences} ${shape.tapped}`, graph, (session) =>
      session.run(feeds, into),
    );
  }

  /** Logits `[R, V]` of rows `[R, d]` after the last layer. */
  async logits(rows: Float32Array): Promise<Float32Array> {
    const { hiddenSize: d } = this.#graphs;
    const feeds = { hidden: [rows, [rows.length / d, d]] as const };
    const graph = () => this.#graphs.head();
    return need(await this.#use('head', graph, (session) => session.run(feeds)), 'logits').data;
  }

  #use<T>(
    key: string,
    graph: () => ReturnType<ModelGraphs['head']>,
    work: (session: Session) => Promise<T>,
  ): Promise<T> {
    return this.#sessions.use(key, () => Session.open(graph(), this.#settings), work);
  }
}
