/** What `facts.ts` says of folders, read in the reading thread: nobody who asks the backend for something else waits. */
import { z } from 'zod';
import { libraryModelSchema, type LibraryModel, type ModelFacts } from '../../src-shared/contract/models.ts';
import { modelFactsSchema } from '../../src-shared/contract/models.ts';
import type { TowerPlaces } from '../checkpoint/places.ts';
import { reader } from '../checkpoint/reader/reader.ts';
import type { Known } from './facts.ts';

const { facts, rpnOnly, tower, adapter, problem } = libraryModelSchema.shape;
const knownSchema = z.object({ facts, rpnOnly, tower, adapter, problem });

/** @throws FoveaError of a checkpoint that cannot be used, as `openModel` does, or `cancelled` */
export function factsIn(dir: string, places: TowerPlaces, signal?: AbortSignal): Promise<ModelFacts> {
  return reader.ask('facts', { dir, places }, modelFactsSchema, dir, signal);
}

/** What a folder turned out to be. Never rejects: why a checkpoint has no facts is a fact too. */
export function knownOf(dir: string, places: TowerPlaces): Promise<Known> {
  return reader.ask('known', { dir, places }, knownSchema, dir);
}

export function adapterIn(dir: string, places: TowerPlaces): Promise<LibraryModel['adapter']> {
  return reader.ask('adapter', { dir, places }, adapter, dir);
}

export function rpnOnlyIn(dir: string): Promise<LibraryModel['rpnOnly']> {
  return reader.ask('rpnOnly', { dir }, rpnOnly, dir);
}

export function towerIn(dir: string): Promise<LibraryModel['tower']> {
  return reader.ask('tower', { dir }, tower, dir);
}

export function neighboursOf(dir: string, places: TowerPlaces): Promise<string> {
  return reader.ask('neighbours', { dir, places }, z.string(), dir);
}

/** Takes away what Fovea wrote for a model; one that cannot be opened has nothing. */
export async function removeCachesOf(dir: string, places: TowerPlaces): Promise<void> {
  await reader.ask('removeCaches', { dir, places }, z.unknown(), dir);
}

export function tensorNames(dir: string): Promise<string[]> {
  return reader.ask('tensors', { dir }, z.array(z.string()), dir);
}
