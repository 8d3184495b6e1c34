/** A few samples of an evaluation to look at: what the crop fixed, what it broke, where it looked right and answered wrong. */
import { makeThumbnail } from '../../../checkpoint/image/thumbnail.ts';
import type { Method, MethodResult } from '../../../../src-shared/contract/evaluation.ts';
import { METHOD_WORDS } from '../../../../src-shared/contract/words/evaluation.ts';
import type { SourceXyxy } from '../../../../src-shared/kernels/types.ts';
import { cellSamples } from '../../../store/evaluations/cells.ts';
import { evaluatedSample } from '../../../store/evaluations/evaluation.ts';
import { resultsOf } from '../../../store/evaluations/result.ts';
import type { Project } from '../../../store/file/project.ts';
import { imageFacts, imagePath } from '../../../store/pictures/image.ts';
import { benchmarkOf } from '../../../store/samples/benchmark.ts';
import { getSample } from '../../../store/samples/sample.ts';
import { markup, type Html } from './markup.ts';

/** Of each kind. */
const EACH = 3;
/** Longer side of a picture, in pixels. */
const EDGE = 360;
const TEXT = 300;

const KINDS = [
  ['fixed', 'Fixed: wrong alone, right with the crop'],
  ['broken', 'Broken: right alone, wrong with the crop'],
  ['wrong', 'Wrong with the crop'],
] as const;

/** @param method whose crops are shown */
export async function exampleSections(
  project: Project,
  evaluationId: number,
  method: Method,
): Promise<readonly Html[]> {
  const sections: Html[] = [];
  const shown = new Set<number>();
  for (const [which, title] of KINDS) {
    const { ids } = cellSamples(project.db, evaluationId, { method, which, slice: null }, EACH * 3);
    const chosen = ids.filter((id) => !shown.has(id)).slice(0, EACH);
    const examples: Html[] = [];
    for (const id of chosen) {
      shown.add(id);
      examples.push(await exampleOf(project, evaluationId, id, method));
    }
    if (examples.length > 0)
      sections.push(
        markup`<section><h3>${title} (${METHOD_WORDS[method].name})</h3><div class="examples">${examples}</div></section>`,
      );
  }
  return sections;
}

async function exampleOf(project: Project, evaluationId: number, id: number, method: Method): Promise<Html> {
  const { db } = project;
  const sample = getSample(db, id);
  const key = { evaluationId, imageId: evaluatedSample(db, evaluationId, id)!.imageId, sampleId: id };
  const results = resultsOf(db, key);
  const right = benchmarkOf(db, id)?.answers[0] ?? sample.referenceAnswer ?? '–';
  const rows = results.map(
    ({ method: one, answer, score, error }) =>
      markup`<tr><th>${METHOD_WORDS[one].name}</th><td>${cut(answer ?? error ?? '–')}</td><td class="number">${score === null ? '–' : score.toFixed(2)}</td></tr>`,
  );
  return markup`<figure>${await pictureOf(project, sample.imageId, sample.truthBoxes, cropsOf(results, method))}<figcaption><p class="question">${cut(sample.question)}</p><p class="quiet">${sample.externalId} · right answer: ${cut(right)}</p><table>${rows}</table></figcaption></figure>`;
}

function cropsOf(results: readonly MethodResult[], method: Method): readonly SourceXyxy[] {
  return results.find((result) => result.method === method)?.crops ?? [];
}

/** The picture, small, with the true boxes dashed and the crops in full lines; in its place why there is none. */
async function pictureOf(
  project: Project,
  imageId: number,
  truth: readonly SourceXyxy[],
  crops: readonly SourceXyxy[],
): Promise<Html> {
  const { width, height } = imageFacts(project.db, imageId);
  const path = imagePath(project.db, project.path, imageId);
  let bytes: Uint8Array;
  try {
    if (path === null) throw new Error('not on disk');
    bytes = await makeThumbnail(path, EDGE);
  } catch {
    return markup`<p class="missing">The picture cannot be shown</p>`;
  }
  const box = ([x0, y0, x1, y1]: SourceXyxy, kind: string): Html =>
    markup`<rect class="${kind}" x="${x0}" y="${y0}" width="${x1 - x0}" height="${y1 - y0}" vector-effect="non-scaling-stroke" />`;
  const address = `data:image/webp;base64,${Buffer.from(bytes).toString('base64')}`;
  return markup`<svg class="picture" viewBox="0 0 ${width} ${height}" role="img" aria-label="The picture; dashed: true boxes; full: what was cropped"><image href="${address}" width="${width}" height="${height}" />${truth.map((one) => box(one, 'truth'))}${crops.map((one) => box(one, 'crop'))}</svg>`;
}

function cut(text: string): string {
  const whole = text.trim();
  return whole.length > TEXT ? `${whole.slice(0, TEXT)}…` : whole;
}
