/** `--rpn`, the same for every command that opens a model. */
import { resolve } from 'node:path';
import type { ModelRef } from '../../engine/protocol.ts';

export const RPN_OPTION = [
  '--rpn <dir>',
  'folder of an SD-RPN or Q-Zoom checkpoint whose RPN is laid over the model',
] as const;

export interface RpnOptions {
  readonly rpn?: string;
}

/** The part of a `ModelRef` that a command line gives. */
export function modelFolders(dir: string, { rpn }: RpnOptions): Pick<ModelRef, 'dir' | 'rpnDir'> {
  return rpn === undefined ? { dir: resolve(dir) } : { dir: resolve(dir), rpnDir: resolve(rpn) };
}
