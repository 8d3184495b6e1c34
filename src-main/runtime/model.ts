/**
 * A model on one device: the pipeline's port on top of sessions. Every request is a decoder variant (layers, taps,
 * logits, hidden state) that the decoder (decoder.ts, layered-decoder.ts) makes of its sessions.
 */
import { createHash } from 'node:crypto';
import { availableParallelism, cpus } from 'node:os';
import { counted } from '../../src-shared/contract/counts.ts';
import type { DecoderVariant, ModelGraphs } from '../../models/architectures/index.ts';
import type { MropePositions, Span } from '../../models/architectures/mrope.ts';
import { mropePositions } from '../../models/architectures/mrope.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Grid } from '../../src-shared/kernels/types.ts';
import type {
  FeedPart,
  ForwardRequest,
  ForwardResult,
  KvCache,
  ModelProfile,
  StepRequest,
  VisionLanguageModel,
} from '../pipeline/ports.ts';
import { toOnnx } from '../graph/onnx.ts';
import { CHUNK_ROWS, chunksOf, joinedChunks } from './chunks.ts';
import type { Decoder, DecoderFeed } from './decoder.ts';
import { WholeDecoder } from './decoder.ts';
import { MAX_BUFFER_BYTES } from './device.ts';
import type { SessionSettings } from './device.ts';
import { branchFeeds, int64, positionFeeds, statesFeeds, tapFeeds } from './feeds.ts';
import { LayeredDecoder } from './layered-decoder.ts';
import { env } from './onnxruntime.ts';
import { need } from './outputs.ts';
import { DecoderPieces } from './pieces.ts';
import type { PlacedCache } from './places.ts';
import { ResidentDecoder } from './resident/decoder.ts';
import { ResidentPieces } from './resident/pieces.ts';
import { Session } from './session.ts';
import { SessionCache } from './session-cache.ts';
import { StepDecoder } from './step-decoder.ts';
import type { DecoderStep, StepMaker } from './step-decoder.ts';

/**
 * How the decoder becomes sessions: `exact`, one for each kind of request, where weights are mapped; `layered`, pieces,
 * where each session holds its weights; `resident`, pieces whose caches lie on a device.
 */
export type DecoderKind = 'exact' | 'layered' | 'resident';

/** Sessions kept at once. Pieces hold no weight twice, so all stay. */
const KEPT: Readonly<Record<DecoderKind, number>> = { exact: 16, layered: Infinity, resident: Infinity };

/** Rows of a feed from which on it is a prompt, whose keys, values and activations want room. */
const PROMPT_ROWS = 256;

export class OnnxModel implements VisionLanguageModel {
  #profile: ModelProfile;
  readonly #graphs: ModelGraphs;
  readonly #settings: SessionSettings;
  readonly #sessions: SessionCache;
  readonly #decoder: Decoder;
  readonly #tight: boolean;
  readonly #chunkRows: number;
  #encoder: string | null = null;
  /** Pieces, for steps of many sequences or for all: over the same mapped weights as other sessions, or instead of them. */
  readonly #pieceSessions = new SessionCache(Infinity);
  readonly #steps: StepMaker;

  /**
   * @param tight vision tower and RPN make room for a prompt and are opened again when needed
   * @param maxBufferBytes largest buffer of the device; null: not known to be limited
   * @param chunkRows rows of a feed that run at once: as many as steps of others may wait for
   */
  constructor(
    graphs: ModelGraphs,
    settings: SessionSettings,
    kind: DecoderKind = 'exact',
    tight: boolean = false,
    maxBufferBytes: number | null = MAX_BUFFER_BYTES[settings.device],
    chunkRows: number = CHUNK_ROWS,
  ) {
    const { family, layers, heads, hiddenSize, vocabSize, grid, imageSide, dynamicGrid, rpn, gate } = graphs;
    const { device } = settings;
    const facts = { family, layers, heads, hiddenSize, vocabSize, grid, imageSide, dynamicGrid, rpn, gate };
    this.#profile = { ...facts, device, batches: true };
    this.#graphs = graphs;
    this.#settings = settings;
    this.#tight = tight;
    this.#chunkRows = chunkRows;
    this.#sessions = new SessionCache(KEPT[kind]);
    const inTurn = { ...settings, inTurn: true };
    if (kind === 'resident') {
      const pieces = new ResidentPieces(graphs, inTurn, this.#pieceSessions);
      const decoder = new ResidentDecoder(graphs, settings, pieces, maxBufferBytes);
      this.#decoder = decoder;
      this.#steps = decoder;
    } else {
      const pieces = new DecoderPieces(graphs, inTurn, this.#pieceSessions);
      this.#steps = new StepDecoder(graphs, pieces);
      this.#decoder =
        kind === 'layered'
          ? new LayeredDecoder(graphs, pieces)
          : new WholeDecoder(graphs, settings, this.#sessions);
    }
  }

  get profile(): ModelProfile {
    return this.#profile;
  }

  /** From now on samples run one at a time: steps of many were not right on this device. */
  refuseBatches(): void {
    this.#profile = { ...this.#profile, batches: false };
  }

  /**
   * Makes the sessions that every sample needs, so that a checkpoint or device that fails does so at load.
   * @throws FoveaError also `cancelled`
   */
  async warm(signal?: AbortSignal): Promise<void> {
    const nothing = (): Promise<void> => Promise.resolve();
    await this.#embedSession(nothing);
    await this.#visionSession(nothing);
    await this.#decoder.warm(signal);
  }

  async encodeImage(pixels: Float32Array, grid: Grid = this.#graphs.grid): Promise<Float32Array> {
    const expected = this.#graphs.pixelCount(grid);
    if (pixels.length !== expected) {
      throw new FoveaError(
        'internal',
        `pixels are ${pixels.length} numbers, a grid of ${grid.join('×')} takes ${expected}`,
      );
    }
    const feeds = this.#graphs.visionFeeds(pixels, grid);
    const output = await this.#visionSession((session) => session.run(feeds));
    return need(output, 'features').data;
  }

  /**
   * Changes with everything but weights and pixels that could change a digit of what {@link encodeImage} gives: its graph, device and
   * threads, ONNX Runtime's version, the processor.
   */
  get encoder(): string {
    this.#encoder ??= createHash('sha256')
      .update(toOnnx(this.#graphs.vision()).bytes)
      .update(JSON.stringify([this.#settings, env.versions.node, process.arch, availableParallelism()]))
      .update(cpus()[0]?.model ?? '')
      .digest('hex');
    return this.#encoder;
  }

  pixelCount(grid: Grid): number {
    return this.#graphs.pixelCount(grid);
  }

  newCache(): PlacedCache {
    return this.#decoder.newCache();
  }

  async forward(
    cache: KvCache,
    request: ForwardRequest,
    pause: () => Promise<void> = () => Promise.resolve(),
  ): Promise<ForwardResult> {
    if (!this.#decoder.owns(cache)) throw new FoveaError('internal', 'the cache is of another runtime');
    const wanted = this.#variant(request);
    const { embeds, count } = await this.#embed(request.parts);
    this.#checkRoom(cache.length + count);
    // Of the whole feed: a chunk takes its own part of what is asked and would not see what is wrong with the rest.
    tapFeeds(wanted.taps, request.taps, this.#graphs.heads, count, cache.length + count);
    if (this.#tight && count >= PROMPT_ROWS) {
      await this.#sessions.close('vision');
      await this.#sessions.close('rpn');
      await this.#sessions.close('gate');
    }
    const mrope = this.#mrope(cache.nextPosition, request.parts.map(spanOf));
    const positions = positionFeeds(this.#graphs, cache.length, count, mrope);
    const feed = { embeds, count, positions, wanted, variant: wanted, taps: request.taps };
    return this.#feed(cache, feed, mrope, pause);
  }

  /** Chunk after chunk; whatever happens to one, and a pause that rejects, leaves the cache as it was. */
  async #feed(
    cache: PlacedCache,
    feed: DecoderFeed,
    mrope: MropePositions | null,
    pause: () => Promise<void>,
  ): Promise<ForwardResult> {
    const held = cache.length;
    const most = Math.min(this.#chunkRows, this.#decoder.rowsAtOnce(held + feed.count));
    const chunks = chunksOf(feed, held, most);
    const results: ForwardResult[] = [];
    this.#decoder.makeRoom(cache, feed.wanted.layers, feed.count);
    try {
      for (const chunk of chunks) {
        if (results.length > 0) await pause();
        const { result, layers } = await this.#decoder.run(cache, chunk.feed);
        cache.commit(layers, chunk.feed.count, mrope?.next.subarray(chunk.start, chunk.end));
        results.push(result);
      }
    } catch (error) {
      cache.truncate(held);
      throw error;
    }
    return joinedChunks(feed, this.#graphs.heads, chunks, results);
  }

  async steps(requests: readonly StepRequest[]): Promise<PromiseSettledResult<ForwardResult>[]> {
    if (!this.#profile.batches) throw new FoveaError('internal', 'the device takes one sequence at a time');
    const checked = await Promise.allSettled(requests.map(async (request) => this.#step(request)));
    const ready = checked.flatMap((step) => (step.status === 'fulfilled' ? [step.value] : []));
    if (new Set(ready.map(({ cache }) => cache)).size < ready.length)
      throw new FoveaError('internal', 'two steps of one cache cannot be made together');
    const results = await this.#together(ready);
    return checked.map((step) =>
      step.status === 'rejected' ? step : { ...step, value: results.shift() as ForwardResult },
    );
  }

  async #together(steps: readonly DecoderStep[]): Promise<ForwardResult[]> {
    if (steps.length === 0) return [];
    const embeds = new Float32Array(steps.length * this.#graphs.hiddenSize);
    await this.#lookUp(
      steps.map(({ token }) => token),
      embeds,
    );
    const results = await this.#steps.steps(steps, embeds);
    for (const { cache, next } of steps) cache.commit(this.#graphs.layers, 1, next);
    return results;
  }

  /** A step that can be made: what is wrong with it is wrong for it alone, and shows here. */
  #step({ cache, token, taps }: StepRequest): DecoderStep {
    if (!this.#decoder.owns(cache)) throw new FoveaError('internal', 'the cache is of another runtime');
    this.#checkTokens([token]);
    this.#checkRoom(cache.length + 1);
    const { layers, heads } = this.#graphs;
    const wanted = { rows: [0, 1] as const, heads: taps?.heads ?? [], keys: taps?.keys ?? ([0, 1] as const) };
    const { taps: tapped } = this.#variant({ parts: [], taps: wanted });
    const bounds = tapFeeds(tapped, wanted, heads, 1, cache.length + 1);
    const mrope = this.#mrope(cache.nextPosition, [{ count: 1 }]);
    const positions = positionFeeds(this.#graphs, cache.length, 1, mrope);
    this.#decoder.makeRoom(cache, layers, 1);
    const next = mrope ? { next: mrope.next } : {};
    return { cache, token, positions, taps: wanted.heads, tapped, bounds, ...next };
  }

  async rpn(
    hidden: Float32Array,
    queries: readonly [start: number, end: number],
    keys: readonly [start: number, end: number],
    grid: Grid = this.#graphs.grid,
  ): Promise<Float32Array> {
    const feeds = branchFeeds(this.#graphs, hidden, queries, keys, grid);
    const output = await this.#sessions.use(
      'rpn',
      () => {
        const graph = this.#graphs.rpnBranch();
        if (graph === null) throw new FoveaError('internal', 'the checkpoint has no RPN branch');
        return Session.open(graph, this.#settings);
      },
      (session) => session.run(feeds),
    );
    return need(output, 'rpn').data;
  }

  async gate(
    hidden: Float32Array,
    visual: readonly [start: number, end: number],
    grid: Grid = this.#graphs.grid,
  ): Promise<number> {
    const feeds = statesFeeds(this.#graphs, hidden, visual, grid);
    const output = await this.#sessions.use(
      'gate',
      () => {
        const graph = this.#graphs.gateBranch();
        if (graph === null) throw new FoveaError('internal', 'the checkpoint has no gate');
        return Session.open(graph, this.#settings);
      },
      (session) => session.run(feeds),
    );
    return need(output, 'gate').data[0] ?? NaN;
  }

  async dispose(): Promise<void> {
    // Before the sessions: what they made goes back to them.
    this.#decoder.dispose();
    await Promise.all([this.#sessions.dispose(), this.#pieceSessions.dispose()]);
  }

  /** Positions of a feed under M-RoPE; null where a position is the token's place. */
  #mrope(start: number, spans: readonly Span[]): MropePositions | null {
    return this.#graphs.mropeSection ? mropePositions(start, spans) : null;
  }

  #variant(request: ForwardRequest): DecoderVariant {
    const { layers: all } = this.#graphs;
    const layers = request.layers ?? all;
    const taps = [...new Set(request.taps?.heads.map(({ layer }) => layer))].sort((a, b) => a - b);
    const hiddenOf = request.hiddenOf ?? null;
    if (layers < 1 || layers > all || (taps.at(-1) ?? 0) >= layers || (hiddenOf ?? 0) > layers) {
      throw new FoveaError(
        'internal',
        `layer ${Math.max(layers, taps.at(-1) ?? 0, hiddenOf ?? 0)} will not run`,
      );
    }
    return {
      layers,
      taps,
      hiddenOf,
      logits: request.layers === undefined ? (request.logits ?? 'last') : 'none',
    };
  }

  /** Embeds of all parts in order, `[count, d]`. */
  async #embed(parts: readonly FeedPart[]): Promise<{ embeds: Float32Array; count: number }> {
    const d = this.#graphs.hiddenSize;
    const sizes = parts.map((part) => ('tokens' in part ? part.tokens.length : part.count));
    const count = sizes.reduce((sum, size) => sum + size, 0);
    if (count === 0) throw new FoveaError('internal', 'nothing was fed');
    const embeds = new Float32Array(count * d);
    let at = 0;
    for (const [i, part] of parts.entries()) {
      const size = sizes[i] as number;
      const rows = embeds.subarray(at * d, (at + size) * d);
      if ('features' in part) rows.set(part.features.subarray(0, size * d));
      else if (size > 0) await this.#lookUp(part.tokens, rows);
      at += size;
    }
    return { embeds, count };
  }

  async #lookUp(tokens: readonly number[], rows: Float32Array): Promise<void> {
    this.#checkTokens(tokens);
    const { hiddenSize } = this.#graphs;
    await this.#embedSession((session) =>
      session.run({ ids: int64(...tokens) }, { embeds: [rows, [tokens.length, hiddenSize]] }),
    );
  }

  #checkTokens(tokens: readonly number[]): void {
    const { vocabSize } = this.#graphs;
    const stray = tokens.find((id) => !(Number.isInteger(id) && id >= 0 && id < vocabSize));
    if (stray !== undefined) {
      throw new FoveaError('bad_checkpoint', `token ${stray} is not in the vocabulary of ${vocabSize}`, {
        where: 'tokenizer.json',
        next: 'Use the tokenizer files published with these weights',
      });
    }
  }

  #checkRoom(length: number): void {
    if (length <= this.#graphs.maxPositions) return;
    throw new FoveaError('bad_input', `the prompt and answer take ${counted(length, 'token')}`, {
      next: `The model takes ${this.#graphs.maxPositions}: shorten the question`,
    });
  }

  /** A table look-up: always on the CPU, where it costs one row per token. */
  #embedSession<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const open = () => Session.open(this.#graphs.embed(), { device: 'cpu', cpuThreads: 1 });
    return this.#sessions.use('embed', open, work);
  }

  #visionSession<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const settings = { ...this.#settings, pooled: this.#settings.inTurn ?? false };
    return this.#sessions.use('vision', () => Session.open(this.#graphs.vision(), settings), work);
  }
}

function spanOf(part: FeedPart): Span {
  if ('tokens' in part) return { count: part.tokens.length };
  const { count, grid, keep, over } = part;
  return { count, ...(grid ? { grid } : {}), ...(keep ? { keep } : {}), ...(over ? { over } : {}) };
}
