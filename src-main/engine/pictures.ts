/**
 * Pictures that questions are asked of: each is decoded, encoded and prefilled once for all that come while it is in use,
 * and the one asked about last stays for the next.
 */
import { embed } from '../../src-shared/kernels/embeddings/embed.ts';
import { pictureStat } from '../checkpoint/image/guarded-file.ts';
import { NativeView } from '../pipeline/passes/native.ts';
import { Once } from '../pipeline/subject/once.ts';
import { SharedPrefix } from '../pipeline/subject/shared-prefix.ts';
import type { Stopwatch } from '../pipeline/subject/stopwatch.ts';
import { encodeImageFile } from '../pipeline/subject/subject.ts';
import type { EncodedImage, Subject } from '../pipeline/subject/subject.ts';
import { viewOf } from '../pipeline/subject/view.ts';
import type { OpenModel } from './models.ts';
import type { LabelRequest, PictureEmbedding } from './protocol.ts';

interface Picture {
  readonly encoded: Once<EncodedImage>;
  readonly shared: SharedPrefix;
  readonly native: NativeView;
  /** Undefined: nobody has asked for it. */
  embedding: PictureEmbedding | null | undefined;
  users: number;
}

/** A picture as one sample uses it. */
export interface PictureInUse {
  readonly encoded: EncodedImage;
  readonly shared: SharedPrefix;
  readonly native: NativeView;
  /** Of the view that is encoded here; null where nothing stands for it. Made once for all questions on the picture. */
  embedding(): PictureEmbedding | null;
  /** The sample is over. */
  end(): void;
}

export class Pictures {
  readonly #pictures = new Map<string, Picture>();
  #last: { readonly key: string; readonly picture: Picture } | null = null;
  readonly #numbers = new WeakMap<OpenModel, number>();
  #models = 0;

  /**
   * @param subject the opened model as this sample asks it
   * @throws FoveaError as `encodeImageFile`
   */
  async use(
    opened: OpenModel,
    subject: Subject,
    { imagePath: path, preset }: Pick<LabelRequest, 'imagePath' | 'preset'>,
    watch: Stopwatch,
  ): Promise<PictureInUse> {
    const { squareTokens } = viewOf(subject.model.profile, preset);
    const file = await pictureStat(path).catch(() => null);
    const key = [
      this.#numberOf(opened),
      path,
      file?.mtimeMs,
      file?.ctimeMs,
      file?.size,
      file?.ino,
      squareTokens,
      JSON.stringify(preset.picture),
    ].join('\n');
    const picture = this.#pictures.get(key) ?? {
      encoded: new Once<EncodedImage>(),
      shared: new SharedPrefix(),
      native: new NativeView(),
      embedding: undefined,
      users: 0,
    };
    picture.users++;
    this.#pictures.set(key, picture);
    // Before the new one takes memory.
    this.#succeed(key, picture);
    const end = (): void => {
      picture.users--;
      if (this.#last?.picture !== picture) this.#forget(key, picture);
    };
    try {
      const encoded = await picture.encoded.get(() =>
        encodeImageFile(subject, path, watch, squareTokens, preset.picture),
      );
      const embedding = (): PictureEmbedding | null => {
        if (picture.embedding === undefined) {
          const made = embed(encoded.features, subject.model.profile.hiddenSize);
          picture.embedding = made && { ...made, squareTokens };
        }
        return picture.embedding;
      };
      return { encoded, shared: picture.shared, native: picture.native, embedding, end };
    } catch (error) {
      if (this.#last?.picture === picture && picture.users === 1) this.#last = null;
      end();
      throw error;
    }
  }

  #succeed(key: string, picture: Picture): void {
    const before = this.#last;
    this.#last = { key, picture };
    if (before && before.picture !== picture) this.#forget(before.key, before.picture);
  }

  /** Lets go of a picture that nobody uses. */
  #forget(key: string, picture: Picture): void {
    if (picture.users > 0) return;
    if (this.#pictures.get(key) === picture) this.#pictures.delete(key);
    picture.shared.dispose();
    picture.native.dispose();
  }

  /** A model loaded anew sees every picture anew. */
  #numberOf(opened: OpenModel): number {
    const number = this.#numbers.get(opened) ?? ++this.#models;
    this.#numbers.set(opened, number);
    return number;
  }
}
