/** The library of models, as commands and the page see it. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { LibraryModel, ModelCheck, Removal } from '../../src-shared/contract/models.ts';
import { hasAdapter } from '../checkpoint/adapter/base.ts';
import { nameOf } from '../checkpoint/checkpoint.ts';
import type { TowerPlaces } from '../checkpoint/places.ts';
import { alone, download, isThere, type DownloadWish } from './downloads.ts';
import { FactsCache } from './facts-cache.ts';
import { folderState, NOTHING_KNOWN } from './facts.ts';
import { cachedModels, type CachedModel } from './hub/cached.ts';
import { bytesThere } from './hub/download.ts';
import { hubSettings } from './hub/settings.ts';
import { deleteOwned, inspectOwned, PART, readManifest } from './owned.ts';
import { placesIn, type Places } from './places.ts';
import { adapterIn, factsIn, removeCachesOf, rpnOnlyIn, towerIn } from './read.ts';
import {
  changeRegistry,
  freeName,
  readRegistry,
  readWholeRegistry,
  type DownloadEntry,
  type Entry,
} from './registry.ts';
import { towerOf } from './tower.ts';
import { checkpointFolder, realFolder, snapshotOf } from './resolve.ts';

export interface LibraryOptions {
  /** The data folder. Made when something is written. */
  readonly home: string;
  /** The model that comes with Fovea; it is listed as `demo` and cannot be removed. */
  readonly demoDir: string;
}

const DEMO = 'demo';

export class ModelLibrary {
  readonly places: Places;
  readonly #demoDir: string;
  readonly #facts = new FactsCache(() => this.towerPlaces());
  /** The demo has no entry to keep it in. */
  #demoCheck: { readonly stamp: string; readonly check: ModelCheck } | null = null;

  constructor({ home, demoDir }: LibraryOptions) {
    this.places = placesIn(home);
    this.#demoDir = demoDir;
  }

  /** Where vision towers that models name are looked for. */
  towerPlaces(): TowerPlaces {
    return { downloads: this.places.models, cache: hubSettings().cache };
  }

  /** Every model with what the disk says of it, the demo's first. @throws FoveaError of the registry */
  async list(): Promise<LibraryModel[]> {
    const entries = await readRegistry(this.places.registry);
    return Promise.all([this.#demo(), ...entries.map((entry) => this.#look(entry))]);
  }

  /** What is wrong with entries that {@link list} leaves out, one sentence each. @throws FoveaError of the registry */
  async broken(): Promise<string[]> {
    return (await readWholeRegistry(this.places.registry)).broken.map(({ reason }) => reason);
  }

  /** One model. @throws FoveaError `not_found` */
  async get(name: string): Promise<LibraryModel> {
    if (name === DEMO) return this.#demo();
    return this.#look(await this.#entry(name));
  }

  /**
   * The checkpoint folder that a person means: a path to a folder, or the name of a model.
   * @throws FoveaError `not_found`, also for a download that is not finished
   */
  async dirOf(given: string): Promise<string> {
    const folder = await realFolder(given);
    // A folder that happens to be called like a model is meant only when it can be one.
    if (folder !== null && (await couldBeModel(folder))) return given;
    if (given === DEMO) return this.#demoDir;
    const entry = (await readRegistry(this.places.registry)).find(({ name }) => name === given);
    if (!entry && folder !== null) return given;
    if (!entry) {
      throw new FoveaError('not_found', 'this is neither a folder nor the name of a model', {
        where: given,
        next: 'Give a checkpoint folder (config.json, *.safetensors) or a name that fovea model list shows',
      });
    }
    if (entry.kind === 'folder' || (await isThere(this.places, entry))) return this.#dirOf(entry);
    throw new FoveaError('not_found', `${given} is not downloaded to its end`, {
      where: this.places.models,
      next: `Go on with: ${downloadCommand(entry)}`,
    });
  }

  /**
   * Takes a folder into the library after checking its files, shapes and config, or that it holds an RPN or an adapter
   * whose base is not here; one that is there already keeps its entry.
   * @param given a folder, a folder of a Hugging Face cache, or `ORG/NAME` of one
   * @param wanted the name to give it; default: the folder's own
   * @throws FoveaError `not_found`, `conflict` when the name is taken, and of a checkpoint that cannot be used
   */
  async add(
    given: string,
    wanted: string | null = null,
  ): Promise<{ readonly model: LibraryModel; readonly added: boolean }> {
    const dir = await checkpointFolder(given, hubSettings().cache);
    await factsIn(dir, this.towerPlaces()).catch(async (error: unknown) => {
      const adapter = await adapterIn(dir, this.towerPlaces());
      // One that does not fit a base that is there is as wrong as any model.
      if (!(adapter && adapter.baseDir === null) && !(await rpnOnlyIn(dir))) throw error;
    });
    const { name, added } = await changeRegistry(this.places.registry, (entries) => {
      const known = entries.find((entry) => this.#dirOf(entry) === dir);
      if (known) return { entries, result: { name: known.name, added: false } };
      const taken = new Set([DEMO, ...entries.map((entry) => entry.name)]);
      const free = freeName(wanted ?? nameOf(dir), taken);
      if (wanted !== null && free !== wanted) {
        throw new FoveaError(
          taken.has(wanted) ? 'conflict' : 'usage',
          taken.has(wanted)
            ? `there is a model called ${wanted}`
            : `${JSON.stringify(wanted)} cannot be a name`,
          { next: `Give another name, for example ${free}` },
        );
      }
      const entry: Entry = {
        name: free,
        kind: 'folder',
        dir,
        addedAt: new Date().toISOString(),
        check: null,
      };
      return { entries: [...entries, entry], result: { name: free, added: true } };
    });
    return { model: await this.get(name), added };
  }

  /** Models of this person's Hugging Face cache that could be added and are not. */
  async addable(): Promise<CachedModel[]> {
    const cached = await cachedModels(hubSettings().cache, snapshotOf);
    const known = new Set((await readRegistry(this.places.registry)).map((entry) => this.#dirOf(entry)));
    return cached.filter(({ dir }) => !known.has(dir));
  }

  /** As {@link download} in downloads.ts. @returns also the model as it is then */
  async download(
    wish: Omit<DownloadWish, 'settings'> & Partial<Pick<DownloadWish, 'settings'>>,
  ): Promise<{ readonly model: LibraryModel; readonly fetched: boolean }> {
    const { entry, fetched } = await download(this.places, { settings: hubSettings(), ...wish });
    return { model: await this.#look(entry), fetched };
  }

  /** What {@link remove} would delete. @throws FoveaError `not_found`, or `conflict` when it refuses */
  async removal(name: string): Promise<Removal> {
    if (name === DEMO) {
      throw new FoveaError('conflict', 'the demo model comes with Fovea and cannot be removed', {
        next: 'Remove another model',
      });
    }
    const entry = await this.#entry(name);
    const dir = this.#dirOf(entry);
    if (entry.kind === 'folder') return { name, kind: 'folder', dir, files: [], bytes: 0, neededBy: [] };
    const found = await this.#owned(entry);
    const files = found.flatMap(({ contents }) => contents.files);
    const bytes = found.reduce((sum, { contents }) => sum + contents.bytes, 0);
    return { name, kind: 'download', dir, files, bytes, neededBy: await this.#neededBy(entry) };
  }

  /**
   * Forgets a model; deletes the files of a download, and of either kind the caches that Fovea wrote for it.
   * @throws FoveaError as {@link removal}, and what the disk says
   */
  async remove(name: string): Promise<Removal> {
    const removal = await this.removal(name);
    const entry = await this.#entry(name);
    // Where the cache lies follows from the model's files, so it goes first; a model that cannot be opened has none.
    for (const dir of [removal.dir, ...(await this.#adaptersOf(removal.dir))]) {
      await removeCachesOf(dir, this.towerPlaces());
    }
    if (entry.kind === 'download') {
      await alone(this.places, entry, async () => {
        for (const { folder, contents } of await this.#owned(entry)) {
          await deleteOwned(this.places.models, folder, contents);
        }
      });
    }
    await changeRegistry(this.places.registry, (entries) => ({
      entries: entries.filter((other) => other.name !== name),
      result: null,
    }));
    return removal;
  }

  /** Keeps how a load went, for as long as the files stay as they are. */
  async noteCheck(name: string, check: ModelCheck): Promise<void> {
    const dir = name === DEMO ? this.#demoDir : this.#dirOf(await this.#entry(name));
    const state = await folderState(dir);
    if (!state) return;
    if (name === DEMO) {
      this.#demoCheck = { stamp: state.stamp, check };
      return;
    }
    await changeRegistry(this.places.registry, (entries) => ({
      entries: entries.map((entry) =>
        entry.name === name ? { ...entry, check: { ...check, stamp: state.stamp } } : entry,
      ),
      result: null,
    }));
  }

  async #entry(name: string): Promise<Entry> {
    const entry = (await readRegistry(this.places.registry)).find((known) => known.name === name);
    if (entry) return entry;
    throw new FoveaError('not_found', `there is no model called ${name}`, {
      next: 'fovea model list shows their names',
    });
  }

  /** Names of models that would lose their vision tower, or adapters their base, with this download. */
  async #neededBy(gone: DownloadEntry): Promise<string[]> {
    const dir = this.#dirOf(gone);
    const tower = (await towerIn(dir)) !== null;
    const real = await realFolder(dir);
    if (real === null) return [];
    const places = this.towerPlaces();
    const others = (await readRegistry(this.places.registry)).filter(({ name }) => name !== gone.name);
    const uses = await Promise.all(
      others.map(async (other) => {
        const own = this.#dirOf(other);
        if (tower) return (await towerOf(own, places)) === real;
        const base = (await adapterIn(own, places))?.baseDir ?? null;
        return base !== null && (await realFolder(base)) === real;
      }),
    );
    return others.filter((_, i) => uses[i]).map(({ name }) => name);
  }

  /** Folders of the library's adapters whose base this is: what was merged with it goes with it. */
  async #adaptersOf(base: string): Promise<string[]> {
    const dirs = (await readRegistry(this.places.registry)).map((entry) => this.#dirOf(entry));
    const bases = await Promise.all(dirs.map((dir) => adapterIn(dir, this.towerPlaces())));
    return dirs.filter((dir, i) => dir !== base && bases[i]?.baseDir === base);
  }

  /** Both folders a download can have left, as far as they are there. */
  async #owned({ folder }: DownloadEntry) {
    const found = [];
    for (const name of [folder, folder + PART]) {
      const contents = await inspectOwned(this.places.models, name);
      if (contents) found.push({ folder: name, contents });
    }
    return found;
  }

  #dirOf(entry: Entry): string {
    return entry.kind === 'folder' ? entry.dir : join(this.places.models, entry.folder);
  }

  async #demo(): Promise<LibraryModel> {
    const state = await folderState(this.#demoDir);
    const about = { name: DEMO, kind: 'demo', dir: this.#demoDir, source: null, check: null } as const;
    const base = { ...about, ...NOTHING_KNOWN };
    if (!state) return { ...base, state: 'missing', bytesOnDisk: 0 };
    const known = await this.#facts.of(this.#demoDir, state.stamp);
    const check = this.#demoCheck?.stamp === state.stamp ? this.#demoCheck.check : null;
    return { ...base, state: 'ready', bytesOnDisk: state.bytes, check, ...known };
  }

  async #look(entry: Entry): Promise<LibraryModel> {
    const { name, kind, check } = entry;
    const dir = this.#dirOf(entry);
    const source = entry.kind === 'download' ? await this.#source(entry) : null;
    const base = { name, kind, dir, source, check: null, ...NOTHING_KNOWN };
    const state = await folderState(dir);
    if (!state && entry.kind === 'download') return { ...base, ...(await this.#unfinished(entry)) };
    if (!state) return { ...base, state: 'missing', bytesOnDisk: 0 };
    const known = await this.#facts.of(dir, state.stamp);
    const { stamp = null, ...last } = check ?? {};
    const fresh = check !== null && stamp === state.stamp ? (last as ModelCheck) : null;
    return { ...base, state: 'ready', bytesOnDisk: state.bytes, check: fresh, ...known };
  }

  async #source(entry: DownloadEntry): Promise<LibraryModel['source']> {
    const { repo, revision, commit, folder } = entry;
    const dir = join(this.places.models, folder);
    const manifest = (await readManifest(dir)) ?? (await readManifest(dir + PART));
    const totalBytes = manifest?.complete ? manifest.files.reduce((sum, { size }) => sum + size, 0) : null;
    return { repo, revision, commit, totalBytes };
  }

  async #unfinished({ folder }: DownloadEntry): Promise<Pick<LibraryModel, 'state' | 'bytesOnDisk'>> {
    const part = join(this.places.models, folder + PART);
    const manifest = await readManifest(part);
    return { state: 'unfinished', bytesOnDisk: manifest ? await bytesThere(part, manifest.files) : 0 };
  }
}

/** Whether a folder holds what a model or an adapter begins with. */
async function couldBeModel(dir: string): Promise<boolean> {
  const config = await stat(join(dir, 'config.json')).catch(() => null);
  return config !== null || (await hasAdapter(dir));
}

/** The command that goes on with a download. */
export function downloadCommand({ repo, revision }: Pick<DownloadEntry, 'repo' | 'revision'>): string {
  return `fovea model download ${repo}${revision === 'main' ? '' : ` --revision ${revision}`}`;
}
