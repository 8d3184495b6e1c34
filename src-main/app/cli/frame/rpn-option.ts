/** How commands name a model: a folder or a name of the library, and `--rpn` and `--adapter`, the same for all. */
import { resolve } from 'node:path';
import { wholeModel } from '../../../checkpoint/adapter/base.ts';
import type { ModelRef } from '../../../engine/protocol.ts';
import { openLibrary } from '../../library.ts';

export const RPN_OPTION = [
  '--rpn <model>',
  'SD-RPN or Q-Zoom checkpoint whose RPN is laid over the model: a folder, or a name of fovea model list',
] as const;

export const ADAPTER_OPTION = [
  '--adapter <model>',
  'LoRA adapter that is laid over the model: a folder, or a name of fovea model list; an adapter given as the model finds its base itself',
] as const;

/** What an argument or option that names a model takes. */
export const MODEL_WORDS = 'folder with config.json and *.safetensors, or a name of fovea model list';

export interface RpnOptions {
  readonly rpn?: string;
  readonly adapter?: string;
}

/** Absolute folder of a model. @throws FoveaError `not_found` */
export async function modelDir(given: string): Promise<string> {
  return resolve(await openLibrary().dirOf(given));
}

/** The part of a `ModelRef` that a command line gives. @throws FoveaError as `wholeModel` */
export async function modelFolders(
  given: string,
  { rpn, adapter }: RpnOptions,
): Promise<Pick<ModelRef, 'dir' | 'rpnDir' | 'adapterDir'>> {
  const dir = await modelDir(given);
  return wholeModel({
    dir,
    ...(rpn === undefined ? {} : { rpnDir: await modelDir(rpn) }),
    ...(adapter === undefined ? {} : { adapterDir: await modelDir(adapter) }),
  });
}
