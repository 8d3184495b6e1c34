/** A picture that is in no project, the question about it, and what a model said. */
import { createContext } from 'svelte';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { OwnPictureAnswer } from '../../src-shared/contract/inspect.ts';
import { OWN_PICTURE_BYTES } from '../../src-shared/contract/procedures.ts';
import { Picture } from '../canvas/pictures.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';

/** The picture that was asked about, and the answer. */
export interface AskedPicture {
  readonly answer: OwnPictureAnswer;
  readonly picture: Picture;
}

export class OwnPicture {
  readonly #session: Session;
  readonly #slot: string;
  #asked = 0;

  /** Where it lies on the machine that Fovea runs on. */
  path = $state('');
  /** One that the browser has, which goes before {@link path}. */
  file = $state.raw<File | null>(null);
  /** Name of the model; empty: the demo's. */
  model = $state('');
  question = $state('');
  busy = $state(false);
  problem = $state.raw<FoveaError | null>(null);
  shown = $state.raw<AskedPicture | null>(null);
  /** Brings the dialog before the person. */
  onshow: () => void = () => undefined;

  readonly ready = $derived((this.file !== null || this.path.trim() !== '') && this.question.trim() !== '');

  constructor(session: Session, slot: string) {
    this.#session = session;
    this.#slot = slot;
  }

  /** Another picture, by its path or as the browser has it; what was said was about the one before. */
  take(picture: string | File): void {
    this.cancel();
    this.shown = this.problem = null;
    this.file = null;
    if (typeof picture === 'string') this.path = picture;
    else if (picture.size <= OWN_PICTURE_BYTES) [this.file, this.path] = [picture, ''];
    else this.problem = tooLarge(picture);
  }

  async ask(): Promise<void> {
    if (!this.ready) return;
    const asked = ++this.#asked;
    this.busy = true;
    this.shown = this.problem = null;
    try {
      const { file } = this;
      const answer = await this.#session.client.call('ownPicture.ask', {
        slot: this.#slot,
        path: file ? null : this.path.trim(),
        sent: file && { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) },
        model: this.model || null,
        presetId: null,
        question: this.question.trim(),
      });
      const [width, height] = answer.size;
      const picture = await Picture.of(answer.preview, 'image/webp', file?.name ?? this.path, {
        width,
        height,
      });
      if (asked === this.#asked) this.shown = { answer, picture };
    } catch (thrown) {
      const error = FoveaError.from(thrown);
      if (asked === this.#asked && error.code !== 'cancelled') this.problem = error;
    }
    if (asked === this.#asked) this.busy = false;
  }

  cancel(): void {
    if (!this.busy) return;
    this.#asked++;
    this.busy = false;
    // What it would have said is wanted by nobody; whether it could be stopped changes nothing here.
    void this.#session.client.call('ownPicture.cancel', { slot: this.#slot }).catch(() => undefined);
  }
}

function tooLarge({ name, size }: File): FoveaError {
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  return new FoveaError(
    'image_too_large',
    `${name} has ${mb(size)}; a browser can send ${mb(OWN_PICTURE_BYTES)} here`,
    { next: 'Put it on the machine that Fovea runs on and give its path, or save it smaller' },
  );
}

export const [getOwnPicture, setOwnPicture] = createContext<OwnPicture>();
