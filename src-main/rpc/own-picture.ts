/**
 * A question about a picture of no project: labelled once, shown, and kept nowhere. A picture that a page sends lies in a
 * folder of its own for as long as it is asked about, readable by this person alone.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { OwnPictureAnswer } from '../../src-shared/contract/inspect.ts';
import type { Preset } from '../../src-shared/contract/preset.ts';
import { makeThumbnail } from '../checkpoint/image/thumbnail.ts';
import { wholeFolders } from '../checkpoint/reader/prompts.ts';
import type { Engine, ModelRef } from '../engine/protocol.ts';
import { triedAnswer } from '../inspect/tried.ts';
import { revived } from '../jobs/asking/revived.ts';
import { choosePreset, loadPresets, presetShelf, refuseBroken } from '../jobs/presets/presets.ts';
import { DEMO_PRESET, type Resources, demoModelDir } from '../jobs/presets/resources.ts';

/** Longer side of what a page is shown, in pixels: as large as a dialog draws it on a dense screen. */
const PREVIEW_EDGE = 1280;

export interface OwnPictureWish {
  /** Absolute; null: `sent` is the picture. */
  readonly path: string | null;
  readonly sent: { readonly bytes: Uint8Array } | null;
  /** Null: the demo model. */
  readonly modelDir: string | null;
  /** Null: the one that fits the model. */
  readonly presetId: string | null;
  readonly question: string;
}

/**
 * @throws FoveaError `not_found`, `bad_image` and `image_too_large` of the picture before any model is loaded, `bad_input` where no
 *   preset or more than one fits, what the engine says of the model, `cancelled`
 */
export async function askOwnPicture(
  wish: OwnPictureWish,
  { engine, resources }: { readonly engine: Engine; readonly resources: Resources },
  signal: AbortSignal,
): Promise<OwnPictureAnswer> {
  return withPicture(wish, async (imagePath) => {
    const preview = new Uint8Array(await makeThumbnail(imagePath, PREVIEW_EDGE));
    const demo = resolve(demoModelDir(resources));
    const folders = await wholeFolders({ dir: resolve(wish.modelDir ?? demo) });
    const model: ModelRef = { ...folders, device: 'auto' };
    const info = await engine.modelInfo(model, signal);
    const preset = await presetFor(
      wish.presetId ?? (folders.dir === demo ? DEMO_PRESET : null),
      info,
      resources,
    );
    const request = {
      model,
      preset,
      imagePath,
      question: wish.question,
      answerMode: 'self',
      answer: null,
      want: { questionMap: false, rpn: true, secondStage: true, allHeadsOf: [] },
    } as const;
    const outcome = await revived(() => engine.label(request, signal));
    return {
      ...triedAnswer(wish.question, outcome),
      size: [...outcome.imageSize],
      preview,
      modelName: info.name,
      presetName: preset.name,
    };
  });
}

/** A preset that people saved is taken only by its name. */
async function presetFor(
  id: string | null,
  info: Parameters<typeof choosePreset>[1],
  resources: Resources,
): Promise<Preset> {
  if (id === null) return choosePreset(await loadPresets(resources.presetsDir), info, null);
  const { presets, broken } = await presetShelf(resources);
  if (!presets.some((preset) => preset.id === id)) refuseBroken(broken, id);
  return choosePreset(presets, info, id);
}

async function withPicture<T>(
  { path, sent }: Pick<OwnPictureWish, 'path' | 'sent'>,
  body: (imagePath: string) => Promise<T>,
): Promise<T> {
  if (path !== null) return body(path);
  const folder = await mkdtemp(join(tmpdir(), 'fovea-own-picture-'));
  try {
    const imagePath = join(folder, 'picture');
    await writeFile(imagePath, sent?.bytes ?? new Uint8Array(), { mode: 0o600 });
    return await body(imagePath);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
