/** Facts of folders, kept while their files stay as they are. */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { TowerPlaces } from '../checkpoint/places.ts';
import { type Known, NOTHING_KNOWN } from './facts.ts';
import { knownOf, neighboursOf } from './read.ts';

/** Reads facts once per state of a folder. */
export class FactsCache {
  readonly #places: () => TowerPlaces;
  readonly #known = new Map<string, { readonly stamp: string; readonly known: Promise<Known> }>();

  constructor(places: () => TowerPlaces) {
    this.#places = places;
  }

  /** Never rejects: why a checkpoint has no facts is a fact too. */
  async of(dir: string, stamp: string): Promise<Known> {
    const places = this.#places();
    const state = `${stamp} ${await neighboursOf(dir, places).catch(() => '')}`;
    const found = this.#known.get(dir);
    if (found?.stamp === state) return found.known;
    const known = knownOf(dir, places).catch((error: unknown) => ({
      ...NOTHING_KNOWN,
      problem: FoveaError.from(error).toWire(),
    }));
    this.#known.set(dir, { stamp: state, known });
    return known;
  }
}
