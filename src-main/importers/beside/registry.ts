/** All kinds of second files; the first one that knows what lies there reads it. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { JsonCut } from '../containers/json-entries.ts';
import type { Beside, OpenBeside } from './beside.ts';
import { sceneGraphs } from './scene-graphs.ts';
import { vqaAnnotations } from './vqa.ts';
import { vstarFolder } from './vstar.ts';

const BESIDE: readonly Beside[] = [vstarFolder, vqaAnnotations, sceneGraphs];

/** Opens the annotations that belong to a file of questions. Throws FoveaError `not_found`, `io`, `bad_input` for what is none. */
export async function openBeside(path: string): Promise<OpenBeside> {
  try {
    for (const { open } of BESIDE) {
      const opened = await open(path);
      if (opened) return opened;
    }
  } catch (thrown) {
    if (!(thrown instanceof JsonCut)) throw thrown;
    throw new FoveaError('bad_input', `the annotations are damaged: ${thrown.message}`, {
      where: `${path} line ${thrown.line}`,
      next: 'Download them again',
    });
  }
  throw new FoveaError('bad_input', 'the annotations are of no kind that is read', {
    where: path,
    next: 'Give the annotations of VQA, the scene graphs of GQA or the folder of V*Bench',
  });
}
