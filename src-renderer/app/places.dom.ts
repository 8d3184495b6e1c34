/**
 * Comes back to where the person was. This window's own place wins (a reload), else the one used last in any window (the
 * next start, a new window): two windows on one project each keep to their own.
 */
import {
  lastingView,
  placeIn,
  placeSchemaOf,
  placesSchemaOf,
  withPlace,
  type Place,
  type Places as All,
} from './place.ts';
import { IMPORT_ORDER, NO_FILTER } from '../../src-shared/contract/procedures.ts';
import { keepForWindow, readForWindow, readJson, store } from '../shell/stored.dom.ts';
import type { DockId, PageId } from '../shell/names.ts';

const NAME = 'places';
/** A key that is held moves on many times a second. */
const PAUSE_MS = 300;

const START: Place = {
  page: 'review',
  dock: 'sample',
  filter: NO_FILTER,
  sort: IMPORT_ORDER,
  sampleId: null,
};

/** Each project's on its own: windows on other projects change theirs meanwhile. */
const nameOf = (path: string): string => `place:${path}`;

export class Places {
  readonly #one;
  readonly #all;
  #path = '';
  #place: Place = START;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(pages: readonly PageId[], tabs: readonly DockId[]) {
    this.#one = placeSchemaOf(pages, tabs).nullable();
    this.#all = placesSchemaOf(pages, tabs);
  }

  /** Where the person was in this project; its beginning when that is not known. */
  enter(path: string): Place {
    this.flush();
    const own = placeIn(readForWindow(NAME, this.#all, []), path);
    this.#path = path;
    const last = readJson(nameOf(path), this.#one, null);
    this.#place = own ?? last ?? placeIn(readJson(NAME, this.#all, []), path) ?? START;
    return this.#place;
  }

  /** The person is here now: kept soon, and at once by {@link flush}. */
  keep(place: Place): void {
    this.#place = { ...place, ...lastingView(place.filter, place.sort, this.#place) };
    this.#timer ??= setTimeout(() => this.flush(), PAUSE_MS);
  }

  flush(): void {
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    const added = (places: All): string => JSON.stringify(withPlace(places, this.#path, this.#place));
    keepForWindow(NAME, added(readForWindow(NAME, this.#all, [])));
    store(nameOf(this.#path), JSON.stringify(this.#place));
  }
}
