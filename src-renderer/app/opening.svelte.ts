/** What the desktop asks this page to open: a project, a sample of one by its link, or what could be dropped on the page. */
import { createContext } from 'svelte';
import { IMPORT_ORDER, NO_FILTER } from '../../src-shared/contract/procedures.ts';
import type { OpenRequest } from '../../src-shared/rpc/connect.ts';
import { takePath, type DropParts } from '../exchange/drop.svelte.ts';
import type { Queue } from '../queue/queue.svelte.ts';
import type { Registry } from '../shell/feature.svelte.ts';

export interface OpeningParts extends DropParts {
  readonly queue: Queue;
  readonly registry: Registry;
}

export class Opening {
  readonly #parts: OpeningParts;
  /** The sample to begin at in the project that is being opened. */
  #wanted: number | null = null;

  constructor(parts: OpeningParts) {
    this.#parts = parts;
  }

  async take({ path, sample }: OpenRequest): Promise<void> {
    const { session, notices, registry } = this.#parts;
    if (path === session.project?.path) return this.#show(sample);
    const open = (): void => void this.#open(path, sample);
    if (session.project === null || registry.waiting() === 0) return open();
    notices.offer(`${path} was asked for; not everything here is saved yet`, { words: 'Open it', run: open });
  }

  /** Where to begin in a project that is shown now, or null: where the person was. Asked for once. */
  begin(): number | null {
    const wanted = this.#wanted;
    this.#wanted = null;
    return wanted;
  }

  async #open(path: string, sample: number | null): Promise<void> {
    const { session, notices } = this.#parts;
    this.#wanted = sample;
    await takePath(this.#parts, path);
    this.#wanted = null;
    if (sample === null || session.project?.path !== path) return;
    const filter = { ...NO_FILTER, ids: [sample] };
    const asked = { filter, sort: IMPORT_ORDER, offset: 0, limit: 1 };
    const found = await session.client.call('samples.list', asked).catch(() => null);
    if (found?.total === 0) notices.info(noSample(sample), 'It begins where you were');
  }

  async #show(sample: number | null): Promise<void> {
    const { frame, queue, notices } = this.#parts;
    if (sample === null) return;
    frame.sheet = null;
    frame.page = 'review';
    if ((await queue.goTo(sample)) === null) notices.info(noSample(sample));
  }
}

function noSample(sample: number): string {
  return `This project has no sample ${sample}: the link is of another one, or it was removed`;
}

export const [getOpening, setOpening] = createContext<Opening>();
