/** Presets that people save: the recipe on the dials under a name, and labelling with it. */
import { createContext } from 'svelte';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { BrokenPreset, HeadSet, PictureRules, Preset } from '../../src-shared/contract/preset.ts';
import type { LabelWish } from '../../src-shared/contract/procedures.ts';
import { isAuthorsWay, REFERENCE_PRUNING } from '../../src-shared/contract/preset.ts';
import { sameHeads, sameThresholds, recipeOf, recipeOn } from './recipe.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import type { RecipeTrial } from './recipe.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';

export class Presets {
  readonly #session: Session;
  readonly #trial: RecipeTrial;
  readonly #notices: Notices;
  busy = $state(false);
  error = $state.raw<FoveaError | null>(null);
  /** Those that people saved, by file name; null before they were asked for. */
  own = $state.raw<readonly Preset[] | null>(null);
  /** Files in the presets' folders that are none. */
  broken = $state.raw<readonly BrokenPreset[]>([]);
  /** Deleted while the list is open: each can come back. */
  deleted = $state.raw<readonly Preset[]>([]);

  /** The saved preset that the recipe on the dials is, if it is one. */
  readonly current = $derived.by<Preset | null>(() => {
    const { recipe } = this.#trial;
    const same = (preset: Preset): boolean =>
      recipe !== null && sameHeads(recipeOf(preset), recipe) && sameThresholds(recipeOf(preset), recipe);
    return this.own?.findLast(same) ?? null;
  });

  constructor(session: Session, trial: RecipeTrial, notices: Notices) {
    this.#session = session;
    this.#trial = trial;
    this.#notices = notices;
  }

  /** Saves the recipe on the dials. @returns whether it is saved */
  async save(
    named: { id: string; name: string; notes: string; pruning: boolean; picture: PictureRules },
    replace: boolean,
  ): Promise<boolean> {
    const { run, recipe } = this.#trial;
    if (!run || !recipe) return false;
    const { notes, pruning, picture, ...rest } = named;
    this.busy = true;
    this.error = null;
    try {
      const { notes: _, pruning: was, picture: __, ...base } = run.preset;
      const { grounding, sink, labels, roi } = recipe;
      const plain = (sets: readonly HeadSet[]): HeadSet[] =>
        sets.map(({ layer, heads }) => ({ layer, heads: heads === 'all' ? heads : [...heads] }));
      const preset = {
        ...base,
        ...rest,
        ...(notes === '' ? {} : { notes }),
        ...(pruning ? { pruning: was ?? REFERENCE_PRUNING } : {}),
        ...(isAuthorsWay(picture) ? {} : { picture }),
        labels,
        roi,
        grounding: plain(grounding),
        sink: sink && plain(sink),
      };
      const saved = await this.#session.client.call('presets.save', { preset, replace });
      this.#put(saved);
      this.#notices.info(
        `Saved the preset ${saved.name}`,
        'Label with it here, or choose it on the Models page',
      );
      return true;
    } catch (thrown) {
      this.error = FoveaError.from(thrown);
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** What labelling with this preset and the model of the run on screen asks for; null without a run. */
  wishFor(preset: Preset): Omit<LabelWish, 'scope'> | null {
    const { run } = this.#trial;
    if (!run || run.importedFrom !== undefined) return null;
    const active = this.#session.project?.runs.find(({ id }) => id === this.#session.project?.activeRunId);
    return {
      // Null keeps the active run's RPN with its model.
      modelDir: active?.modelDir === run.modelDir ? null : run.modelDir,
      presetId: preset.id,
      answerMode: run.answerMode,
      limit: null,
    };
  }

  /** Asks for the list. */
  async list(): Promise<void> {
    this.error = null;
    this.deleted = [];
    try {
      this.own = await this.#session.client.call('presets.own', {});
      this.broken = await this.#session.client.call('presets.broken', {});
    } catch (thrown) {
      this.error = FoveaError.from(thrown);
    }
  }

  /** Puts a saved preset on the dials. */
  load(preset: Preset): void {
    const { run } = this.#trial;
    this.#trial.load(run ? recipeOn(preset, run.preset) : recipeOf(preset));
  }

  /** Deletes a saved preset; {@link restore} brings it back. */
  remove(id: string): Promise<void> {
    return this.#working(async () => {
      const gone = await this.#session.client.call('presets.remove', { id });
      this.own = this.own?.filter((preset) => preset.id !== id) ?? null;
      this.deleted = [...this.deleted, gone];
    });
  }

  /** Saves a deleted preset again, as it was. */
  restore(preset: Preset): Promise<void> {
    return this.#working(async () => {
      this.#put(await this.#session.client.call('presets.save', { preset, replace: false }));
      this.deleted = this.deleted.filter(({ id }) => id !== preset.id);
    });
  }

  #put(saved: Preset): void {
    this.own = [...(this.own ?? []).filter(({ id }) => id !== saved.id), saved];
  }

  async #working(work: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.error = null;
    try {
      await work();
    } catch (thrown) {
      this.error = FoveaError.from(thrown);
    }
    this.busy = false;
  }

  /** Forgets what the dialog said last time. */
  begin(): void {
    this.error = null;
  }
}

export const [getPresets, setPresets] = createContext<Presets>();
