/** What the desktop asks this page to open: a project, a sample of one by its link, or what could be dropped on the page. */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { IMPORT_ORDER, NO_FILTER, type RpcClient } from '../../src-shared/contract/procedures.ts';
import type { OpenRequest } from '../../src-shared/rpc/connect.ts';

/** Of the page, as far as it is needed here. */
export interface OpeningParts {
  readonly session: {
    readonly project: { readonly path: string } | null;
    readonly client: Pick<RpcClient, 'call'>;
  };
  readonly notices: {
    info(text: string, next?: string): unknown;
    error(thrown: unknown): unknown;
    offer(text: string, offer: { readonly words: string; readonly run: () => void }): unknown;
  };
  /** How much is not saved yet. */
  readonly registry: { waiting(): number };
  /** @returns null where there is no such sample */
  readonly queue: { goTo(sample: number): Promise<unknown> };
  /** Brings the sample in view before the person. */
  showReview(): void;
  /** Takes what lies at a path as if it had been dropped; says itself what goes wrong. */
  takePath(path: string): Promise<void>;
}

export class Opening {
  readonly #parts: OpeningParts;
  /** The sample to begin at in the project that is being opened. */
  #wanted: number | null = null;

  constructor(parts: OpeningParts) {
    this.#parts = parts;
  }

  async take(request: OpenRequest): Promise<void> {
    const { session, notices, registry } = this.#parts;
    const { path, sample } = request;
    if (path === session.project?.path) return this.#show(sample);
    if (session.project === null || registry.waiting() === 0) return this.#open(request);
    notices.offer(`${path} is not open yet; something here is still being saved`, {
      words: 'Open it now',
      run: () => void this.#open(request),
    });
  }

  /** Where to begin in a project that is shown now, or null: where the person was. Asked for once. */
  begin(): number | null {
    const wanted = this.#wanted;
    this.#wanted = null;
    return wanted;
  }

  async #open({ path, sample, isLink }: OpenRequest): Promise<void> {
    const { session, notices, takePath } = this.#parts;
    try {
      if (isLink) await this.#requireProject(path);
    } catch (thrown) {
      notices.error(thrown);
      return;
    }
    this.#wanted = sample;
    await takePath(path);
    this.#wanted = null;
    if (sample === null || session.project?.path !== path) return;
    const filter = { ...NO_FILTER, ids: [sample] };
    const asked = { filter, sort: IMPORT_ORDER, offset: 0, limit: 1 };
    const found = await session.client.call('samples.list', asked).catch(() => null);
    if (found?.total === 0) notices.info(noSample(sample), 'The project opens where you left it');
  }

  /** A person who follows a link expects a project, not pictures or a model that are added to the one that is open. */
  async #requireProject(path: string): Promise<void> {
    const { kind } = await this.#parts.session.client.call('app.pathKind', { path });
    if (kind === 'project') return;
    throw new FoveaError('bad_input', 'There is no project at the link’s place', {
      where: path,
      next: 'Ask the person who sent the link where the project is now',
    });
  }

  async #show(sample: number | null): Promise<void> {
    const { queue, notices, showReview } = this.#parts;
    if (sample === null) return;
    showReview();
    if ((await queue.goTo(sample)) === null) notices.info(noSample(sample));
  }
}

function noSample(sample: number): string {
  return `This project has no sample ${sample}: the link is for another project, or the sample was removed`;
}
