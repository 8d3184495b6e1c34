/** The demo model as stored and at another precision on the same held-out scenes, answer by answer and map by map. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCheckpoint } from '../../src-main/checkpoint/checkpoint.ts';
import type { LabelOutcome, Precision } from '../../src-main/engine/protocol.ts';
import { analyseSample } from '../../src-main/pipeline/analyse.ts';
import type { LoadOptions } from '../../src-main/runtime/load.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { decodeFloat16 } from '../../src-shared/kernels/float16.ts';
import { rocAuc, truthCells } from '../../src-shared/kernels/measures/metrics.ts';
import type { Labels, SourceXyxy } from '../../src-shared/kernels/types.ts';
import { DEMO_CHECKPOINT, DEMO_HELDOUT_SCENES } from '../support/demo.ts';
import { demoPreset } from '../support/demo-subject.ts';
import { TRUE_CELL_SHARE } from './demo-table.ts';

/** Shares and means over the scenes, 0 to 1. */
export interface Scores {
  readonly right: number;
  readonly secondRight: number;
  readonly kept: number;
  readonly denoisedAuc: number;
  readonly rpnAuc: number;
}

export interface Quality {
  readonly n: number;
  readonly stored: Scores;
  /** At the other precision. */
  readonly reduced: Scores;
  readonly answersEqual: number;
  readonly secondAnswersEqual: number;
  /** Foreground cells of both labels over those of either, mean; 1 where neither has any. */
  readonly labelIou: number;
}

interface Scene {
  readonly image: string;
  readonly text: string;
  readonly answer: string;
  readonly boxes: readonly SourceXyxy[];
}

export async function measureQuality(
  limit: number,
  cacheFolder: string,
  say: (line: string) => void,
  form: Exclude<Precision, 'as-stored'> = 'int4',
  options: Pick<LoadOptions, 'int8Worth'> = {},
): Promise<Quality> {
  const scenes = readFileSync(join(DEMO_HELDOUT_SCENES, 'questions.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, limit)
    .map((line) => JSON.parse(line) as Scene);
  const checkpoint = await openCheckpoint(DEMO_CHECKPOINT);
  const expected = ({ answer }: Scene) => checkpoint.tokenizer.decode(checkpoint.tokenizer.encode(answer));
  const run = async (precision: Precision): Promise<LabelOutcome[]> => {
    say(`demo model, ${precision} …`);
    const model = await loadModel(checkpoint, { device: 'cpu', precision, cacheFolder, ...options });
    const outcomes: LabelOutcome[] = [];
    for (const { image, text: question } of scenes) {
      const want = { questionMap: false, rpn: true, secondStage: true, allHeadsOf: [] };
      const imagePath = join(DEMO_HELDOUT_SCENES, image);
      const request = {
        preset: demoPreset,
        imagePath,
        question,
        answerMode: 'self',
        answer: null,
        want,
      } as const;
      outcomes.push(await analyseSample({ model, checkpoint }, request));
    }
    await model.dispose();
    return outcomes;
  };
  const stored = await run('as-stored');
  const reduced = await run(form);
  const mean = (value: (i: number) => number) =>
    scenes.reduce((sum, _, i) => sum + value(i), 0) / scenes.length;
  const scores = (outcomes: readonly LabelOutcome[]): Scores => {
    const at = (i: number) => [outcomes[i] as LabelOutcome, scenes[i] as Scene] as const;
    const auc = (i: number, map: 'denoised' | 'rpn') => {
      const [{ maps }, { boxes }] = at(i);
      const found = maps[map];
      return (
        (found &&
          rocAuc(
            decodeFloat16(found.bits),
            truthCells(boxes, found.grid, found.transform, TRUE_CELL_SHARE),
          )) ??
        0.5
      );
    };
    return {
      right: mean((i) => Number(at(i)[0].answer === expected(at(i)[1]))),
      secondRight: mean((i) => Number(at(i)[0].secondStage?.answer === expected(at(i)[1]))),
      kept: mean((i) => Number(at(i)[0].dropped === null)),
      denoisedAuc: mean((i) => auc(i, 'denoised')),
      rpnAuc: mean((i) => auc(i, 'rpn')),
    };
  };
  return {
    n: scenes.length,
    stored: scores(stored),
    reduced: scores(reduced),
    answersEqual: mean((i) => Number(stored[i]?.answer === reduced[i]?.answer)),
    secondAnswersEqual: mean((i) =>
      Number(stored[i]?.secondStage?.answer === reduced[i]?.secondStage?.answer),
    ),
    labelIou: mean((i) => overlap((stored[i] as LabelOutcome).labels, (reduced[i] as LabelOutcome).labels)),
  };
}

/** Foreground cells of both over those of either; 1 where neither has any. */
export function overlap(a: Labels, b: Labels): number {
  let [both, either] = [0, 0];
  a.forEach((label, i) => {
    both += Number(label === 1 && b[i] === 1);
    either += Number(label === 1 || b[i] === 1);
  });
  return either === 0 ? 1 : both / either;
}
