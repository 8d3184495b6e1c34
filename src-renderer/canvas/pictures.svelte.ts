/**
 * Pictures as bitmaps in stored pixels (EXIF orientation not applied: maps and boxes live there), decoded and scaled
 * off the UI thread. What is fetched ahead is decoded as large as a pane shows it; the whole picture is decoded once
 * somebody looks closer and forgotten when the next sample is shown, so that large pictures cost neither time nor memory.
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { pictureAddress } from '../../src-shared/rpc/connect.ts';
import type { SourceXyxy } from '../../src-shared/kernels/types.ts';
import { withoutOrientation } from './orientation.ts';
import type { Size } from './viewport.ts';

/** Longest side of what is decoded as one bitmap, in pixels. */
const LONGEST_SIDE = 4096;
/** From this share of its pixels on a picture is decoded whole at once: less would be no gain. */
const WORTH_WHOLE = 0.8;
/** A bitmap that is this share of what is drawn is drawn as it is: nobody sees the difference. */
const LARGE_ENOUGH = 0.98;

/** The model knows no colour profiles. */
const AS_STORED: ImageBitmapOptions = { colorSpaceConversion: 'none' };

export class Picture {
  /** Size in source pixels; bitmaps may be smaller. */
  readonly width: number;
  readonly height: number;
  readonly #name: string;
  readonly #file: Blob;
  readonly #preview: ImageBitmap;
  #whole = $state.raw<ImageBitmap | null>(null);
  #decoding: Promise<ImageBitmap> | null = null;

  private constructor(name: string, file: Blob, { width, height }: Size, preview: ImageBitmap) {
    this.#name = name;
    this.#file = file;
    this.width = width;
    this.height = height;
    this.#preview = preview;
  }

  /**
   * @param size the stored size in source pixels
   * @param scale pixels to draw it with for each source pixel, as a pane shows all of it
   * @param signal nobody wants it any more
   * @throws FoveaError `bad_image` when the host has no such picture or it cannot be decoded
   */
  static async load(
    url: string,
    name: string,
    size: Size,
    scale: number,
    signal?: AbortSignal,
  ): Promise<Picture> {
    try {
      const response = await fetch(pictureAddress(url), signal ? { signal } : {});
      if (!response.ok) throw new Error(`the host answered ${response.status}`);
      const bytes = withoutOrientation(new Uint8Array(await response.arrayBuffer()));
      const file = new Blob([bytes], { type: response.headers.get('content-type') ?? '' });
      return new Picture(name, file, size, await decode(file, size, scale < WORTH_WHOLE ? scale : 1));
    } catch (thrown) {
      throw unreadable(name, thrown);
    }
  }

  /**
   * One that is at hand as bytes.
   * @param size the stored size of what it shows, in source pixels; the bytes may have fewer
   * @throws FoveaError `bad_image` when it cannot be decoded
   */
  static async of(bytes: Uint8Array<ArrayBuffer>, type: string, name: string, size: Size): Promise<Picture> {
    const file = new Blob([bytes], { type });
    try {
      return new Picture(name, file, size, await createImageBitmap(file, AS_STORED));
    } catch (thrown) {
      throw unreadable(name, thrown);
    }
  }

  /** The best that is decoded so far. */
  get bitmap(): ImageBitmap {
    return this.#whole ?? this.#preview;
  }

  /** Memory of what is decoded: four bytes per pixel. */
  get bytes(): number {
    const of = (bitmap: ImageBitmap | null) => (bitmap ? bitmap.width * bitmap.height * 4 : 0);
    return of(this.#preview) + of(this.#whole);
  }

  /** Whether drawing it at `scale` pixels per source pixel would show more with all of it decoded. */
  isShort(scale: number): boolean {
    return !this.#cameWhole && this.#preview.width < LARGE_ENOUGH * scale * this.width;
  }

  /**
   * The whole picture (at most 4096 pixels a side); `bitmap` is it from then on.
   * @throws FoveaError `bad_image` when it cannot be decoded
   */
  async whole(): Promise<ImageBitmap> {
    if (this.#cameWhole) return this.#preview;
    this.#decoding ??= decode(this.#file, this, 1);
    const decoding = this.#decoding;
    try {
      const bitmap = await decoding;
      if (this.#decoding === decoding) this.#whole = bitmap;
      return bitmap;
    } catch (thrown) {
      if (this.#decoding === decoding) this.#decoding = null;
      throw unreadable(this.#name, thrown);
    }
  }

  get #cameWhole(): boolean {
    return this.#preview.width >= wholeSize(this).width;
  }

  /** Nobody looks closely any more. */
  release(): void {
    this.#whole = null;
    this.#decoding = null;
  }

  /**
   * A part of it from the file itself, `longest` pixels on its longer side.
   * @param part source pixels
   * @throws FoveaError `bad_image` when it cannot be decoded
   */
  async part([x0, y0, x1, y1]: SourceXyxy, longest: number): Promise<ImageBitmap> {
    const [width, height] = [Math.max(1, x1 - x0), Math.max(1, y1 - y0)];
    const scale = longest / Math.max(width, height);
    try {
      return await createImageBitmap(this.#file, x0, y0, width, height, {
        ...AS_STORED,
        ...resized({ width, height }, scale),
      });
    } catch (thrown) {
      throw unreadable(this.#name, thrown);
    }
  }
}

function decode(file: Blob, size: Size, scale: number): Promise<ImageBitmap> {
  const { width } = wholeSize(size);
  const share = Math.min(scale, width / size.width);
  return createImageBitmap(file, { ...AS_STORED, ...(share < 1 ? resized(size, share) : {}) });
}

/** The size of a picture decoded whole. */
function wholeSize({ width, height }: Size): Size {
  const share = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  return { width: Math.round(width * share), height: Math.round(height * share) };
}

function resized({ width, height }: Size, scale: number): ImageBitmapOptions {
  return {
    resizeWidth: Math.max(1, Math.round(width * scale)),
    resizeHeight: Math.max(1, Math.round(height * scale)),
    resizeQuality: 'high',
  };
}

function unreadable(name: string, cause: unknown): FoveaError {
  return new FoveaError('bad_image', `The picture ${name} cannot be shown`, {
    next: 'Check that the file is still where it was imported from',
    cause,
  });
}
