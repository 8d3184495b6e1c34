/**
 * Labels that come with a file: its attention maps under a run of their own, denoised and labelled by our kernels with a preset's
 * thresholds, as relabelling does. No model is asked. They are predictions to review like any other.
 */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { MapSet } from '../../../src-shared/contract/outcome.ts';
import type { Preset } from '../../../src-shared/contract/preset.ts';
import { decodeFloat16, encodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import { rederive } from '../../../src-shared/kernels/labels/rederive.ts';
import { squaredTransform } from '../../../src-shared/kernels/transform.ts';
import { plainChunks } from '../../files/plain-file.ts';
import type { ImportedMaps, RowReason } from '../../importers/index.ts';
import { type WritableDb, transact } from '../../store/db.ts';
import type { Project } from '../../store/file/project.ts';
import { patiently } from '../../store/patience.ts';
import { countPredicted } from '../../store/predictions/anew.ts';
import { isLabelled, type NewPrediction, putPrediction } from '../../store/predictions/prediction.ts';
import { ensureModel } from '../../store/runs/model.ts';
import { ensurePreset } from '../../store/runs/preset.ts';
import { activeRunId, ensureRun, setRunDevice } from '../../store/runs/run.ts';
import { putMaps } from '../../store/scores/maps.ts';
import { isUndecided, settleOnNone, settleOnRun, shownRun, showRun } from '../../store/shown/sample-run.ts';

/** What stands where other predictions name the device that computed them. */
const DEVICE = 'imported';
/** Small enough that a commit and what else the process has to do never wait long. */
const BATCH = 16;

/** Whose thresholds apply where nobody says: the makers' own models. */
const PRESETS = {
  flat: 'llava-1.5-7b',
  'sd-rpn': 'qwen2.5-vl-7b-textual',
  'q-zoom': 'qzoom-qwen2.5-vl-7b',
} as const;

/** Which presets there are, and the one that a person chose; null: by what the maps look like. */
export interface LabelPresets {
  readonly presets: readonly Preset[];
  readonly presetId: string | null;
}

/** A sample of the file, in the project by now. */
export interface LabelledSample {
  readonly line: number;
  readonly sampleId: number;
  /** Source [width, height]. */
  readonly size: readonly [width: number, height: number];
  readonly maps: ImportedMaps;
}

export class ImportedLabels {
  readonly #project: Project;
  readonly #file: string;
  readonly #wish: LabelPresets | null;
  readonly #runs = new Map<string, number>();
  readonly #activeBefore: number | null;
  #sha256: string | null = null;
  #made = 0;

  /** @param wish null: the caller has no presets, and a file with maps is refused */
  constructor(project: Project, file: string, wish: LabelPresets | null) {
    this.#project = project;
    this.#file = file;
    this.#wish = wish;
    this.#activeBefore = activeRunId(project.db);
  }

  /** Labels made, and the names of the presets they were made with. */
  get made(): number {
    return this.#made;
  }

  /** Runs that they are of. */
  get runIds(): number[] {
    return [...this.#runs.values()];
  }

  /** Where nothing of the import stays: the project is again without a run to show, if it was before. */
  unsettle(): void {
    const { db } = this.#project;
    const active = activeRunId(db);
    if (this.#activeBefore !== null || active === null || !this.runIds.includes(active)) return;
    if (countPredicted(db, active) === 0) transact(db, () => settleOnNone(db));
  }

  /**
   * Labels samples that have no label of this file yet, some at a time; whole ones are committed.
   * @returns what could not be labelled
   * Throws FoveaError `not_found` for a preset that is not there, `io`
   */
  async store(
    samples: readonly LabelledSample[],
    signal: AbortSignal | undefined,
  ): Promise<{ readonly line: number; readonly reason: RowReason }[]> {
    const failures: { line: number; reason: RowReason }[] = [];
    for (let at = 0; at < samples.length && !signal?.aborted; at += BATCH) {
      const found: (LabelledSample & { readonly runId: number; readonly made: Made })[] = [];
      for (const sample of samples.slice(at, at + BATCH)) {
        const preset = this.#presetOf(sample.maps);
        const runId = await this.#runOf(preset);
        if (isLabelled(this.#project.db, runId, sample.sampleId)) continue;
        try {
          found.push({ ...sample, runId, made: labelOf(sample, preset) });
        } catch (thrown) {
          if (!(thrown instanceof RangeError)) throw thrown;
          failures.push({
            line: sample.line,
            reason: { message: `its maps cannot be labelled: ${thrown.message}`, value: null, next: null },
          });
        }
      }
      if (found.length > 0) await this.#commit(found, failures);
      await breathe();
    }
    return failures;
  }

  /** Maps first, then predictions and what samples show (see the store's README). */
  async #commit(
    found: readonly (LabelledSample & { readonly runId: number; readonly made: Made })[],
    failures: { line: number; reason: RowReason }[],
  ): Promise<void> {
    const { db } = this.#project;
    const keys = await patiently(() => transact(db, () => found.map(({ made }) => putMaps(db, made.maps))));
    const kept: { line: number; reason: RowReason }[] = [];
    const count = await patiently(() =>
      transact(db, () => {
        kept.length = 0;
        return found.filter((one, i) => put(db, one, keys[i]!, kept)).length;
      }),
    );
    this.#made += count;
    failures.push(...kept);
  }

  #presetOf({ shape, writer }: ImportedMaps): Preset {
    const id = this.#wish?.presetId ?? PRESETS[shape === 'flat' ? 'flat' : writer];
    const preset = this.#wish?.presets.find((one) => one.id === id);
    if (preset) return preset;
    throw new FoveaError('not_found', `there is no preset ${id} to label the maps of the file with`, {
      where: this.#file,
      next: 'List the presets (fovea preset list) and name one (--preset)',
    });
  }

  async #runOf(preset: Preset): Promise<number> {
    const known = this.#runs.get(preset.id);
    if (known !== undefined) return known;
    const sha256 = (this.#sha256 ??= await sha256Of(this.#file));
    const { db } = this.#project;
    const name = basename(this.#file);
    const runId = await patiently(() =>
      transact(db, () => {
        const fingerprint = `imported:${sha256}:${preset.family}`;
        const dir = this.#file;
        const modelId = ensureModel(db, {
          fingerprint,
          dir,
          name: `Imported from ${name}`,
          family: preset.family,
        });
        const settings = { imported: { file: name, sha256 } };
        const id = ensureRun(db, {
          modelId,
          presetId: ensurePreset(db, preset),
          settings,
          answerMode: 'self',
        });
        setRunDevice(db, id, DEVICE);
        if (activeRunId(db) === null) settleOnRun(db, id);
        return id;
      }),
    );
    this.#runs.set(preset.id, runId);
    return runId;
  }
}

interface Made {
  readonly maps: MapSet;
  readonly found: NewPrediction;
}

/** @returns whether it was stored; a decision on another label of the same run stands, and is said */
function put(
  db: WritableDb,
  { sampleId, line, runId, made }: LabelledSample & { readonly runId: number; readonly made: Made },
  mapsKey: number,
  kept: { line: number; reason: RowReason }[],
): boolean {
  try {
    const before = shownRun(db, sampleId);
    putPrediction(db, runId, sampleId, mapsKey, made.found);
    // What is on show already stays there; the run can be chosen.
    if (before === null && isUndecided(db, sampleId)) showRun(db, sampleId, runId, before);
    return true;
  } catch (thrown) {
    const error = FoveaError.from(thrown);
    if (error.code !== 'conflict') throw error;
    kept.push({ line, reason: { message: error.message, value: null, next: error.next } });
    return false;
  }
}

/**
 * The label of imported maps. Both makers centre the picture on a square, LLaVA's on its mean colour and Qwen's on grey, so the
 * grid lies on that square; pictures are taken as stored, EXIF orientation ignored.
 */
function labelOf({ maps, size }: LabelledSample, preset: Preset): Made {
  const { grid } = maps;
  const transform = squaredTransform(size, grid);
  const place = { grid, transform, size };
  const placed = (bits: Uint16Array | null) => bits && { grid, transform, bits };
  const derived = rederive(
    {
      place,
      grounding: { ...place, values: decodeFloat16(maps.grounding), boxes: [] },
      sink: maps.sink && decodeFloat16(maps.sink),
      denoised: null,
      rpn: null,
    },
    preset.roi,
    preset,
  );
  return {
    maps: {
      grounding: placed(maps.grounding),
      sink: placed(maps.sink),
      question: placed(maps.question),
      denoised: placed(derived.denoised && encodeFloat16(derived.denoised)),
      rpn: null,
    },
    found: {
      answer: maps.answer,
      answerTokens: [],
      grid,
      transform,
      labels: derived.labels,
      dropped: derived.dropped,
      boxes: derived.boxes,
      secondStage: null,
      timings: {},
      device: DEVICE,
    },
  };
}

/** Over the whole file: the same labels are the same run, wherever the file lies. */
async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of plainChunks(file, { code: 'bad_input', next: 'Name a file' })) hash.update(chunk);
  return hash.digest('hex');
}
