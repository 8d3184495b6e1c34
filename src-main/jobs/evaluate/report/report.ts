/**
 * The report of an evaluation: one HTML file that needs nothing else, no script, and can be printed. It follows from what is stored alone:
 * made again, it is the same bytes.
 */
import { createHash } from 'node:crypto';
import { counted, formatBytes } from '../../../../src-shared/contract/counts.ts';
import type {
  Evaluation,
  EvaluationTable,
  Method,
  MethodNumbers,
  SweepPoint,
} from '../../../../src-shared/contract/evaluation.ts';
import { NO_FILTER } from '../../../../src-shared/contract/procedures.ts';
import type { Project } from '../../../store/file/project.ts';
import { getEvaluation } from '../../../store/evaluations/evaluation.ts';
import { projectSummary } from '../../../store/dashboard/summary.ts';
import { sweepPoints } from '../sweep.ts';
import { evaluationTable } from '../table.ts';
import { exampleSections } from './examples.ts';
import { figuresOf, type Figure } from './figures.ts';
import { markup, type Html } from './markup.ts';
import { STYLE } from './style.ts';
import { sweepFigures, sweepTable } from './sweep.ts';
import { costTable, gateTable, methodTable, placeTable, sliceTables } from './tables.ts';

export interface EvaluationReport {
  /** Of the file. */
  readonly name: string;
  readonly html: string;
  readonly figures: readonly Figure[];
}

/** @throws FoveaError `not_found` without such an evaluation */
export async function evaluationReport(project: Project, id: number): Promise<EvaluationReport> {
  const { db, path } = project;
  const evaluation = getEvaluation(db, id);
  const table = await evaluationTable(db, id, { patient: true });
  const method = shownMethod(table.methods);
  const examples = method ? await exampleSections(project, id, method) : [];
  const { name } = projectSummary(db, path);
  const sweep = await sweepPoints(db, evaluation);
  const figures = figuresOf(table);
  const curves = sweepFigures(sweep);
  const title = `${name}: evaluation ${id}`;
  return {
    name: `evaluation-${id}.html`,
    html: documentOf(title, bodyOf(title, { evaluation, table, figures, sweep, curves, examples })),
    figures: [...figures, ...curves],
  };
}

/** Whose crops the examples show: the RPN's, else the method that gains most. */
function shownMethod(methods: readonly MethodNumbers[]): Method | null {
  const cropping = methods.filter(({ method, gain }) => gain && method !== 'truth' && method !== 'alone');
  const rpn = cropping.find(({ method }) => method === 'rpn');
  const best = cropping.toSorted((a, b) => b.gain!.value - a.gain!.value)[0];
  return (rpn ?? best)?.method ?? null;
}

function documentOf(title: string, body: Html): string {
  const hash = createHash('sha256').update(STYLE).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`;
  const head = markup`<meta charset="utf-8" /><meta http-equiv="Content-Security-Policy" content="${policy}" /><meta name="viewport" content="width=device-width" /><title>${title}</title>`;
  return `<!doctype html>\n<html lang="en"><head>${head.text}<style>${STYLE}</style></head>\n<body>${body.text}</body></html>\n`;
}

interface Parts {
  readonly evaluation: Evaluation;
  readonly table: EvaluationTable;
  readonly figures: readonly Figure[];
  readonly sweep: readonly SweepPoint[];
  readonly curves: readonly Figure[];
  readonly examples: readonly Html[];
}

function bodyOf(title: string, { evaluation, table, figures, sweep, curves, examples }: Parts): Html {
  const { samples, pictures, compared } = table;
  const left = evaluation.samples - evaluation.done;
  const unfinished =
    left > 0
      ? markup`<p class="warning">${counted(left, 'sample')} of ${evaluation.samples} are not measured yet.</p>`
      : markup``;
  const plotted = ({ title: words, svg }: Figure): Html =>
    markup`<figure class="plot"><figcaption>${words}</figcaption>${svg}</figure>`;
  const gated =
    table.gates.length > 0
      ? markup`<h2>Leaving the crop out</h2>${gateTable(table)}
<p class="quiet">A crop is left out where the signal is below the threshold. Thresholds are chosen on half of the pictures, for the most right answers and of equal ones the fewest crops; all numbers are of the other half. Not tested.</p>
`
      : markup``;
  const shown =
    examples.length > 0
      ? markup`<h2>Examples</h2><p class="quiet">Full line: what was cropped. Dashed: the truth boxes. The first samples of each kind, by number.</p>${examples}`
      : markup``;
  return markup`<h1>${title}</h1>
<p>${counted(samples, 'sample')} of ${counted(pictures, 'picture')}, ${evaluation.createdAt.slice(0, 10)}.</p>${unfinished}
<h2>Answers</h2>${methodTable(table)}
<p class="quiet">Brackets hold 95% intervals. Differences are against the picture alone, on the samples that both answered; their p values stand for all ${compared.accuracy} comparisons of answers, and those of AUC for ${compared.auc}, together (Holm). Questions about one picture are not independent: variances are by picture.</p>
${figures.map(plotted)}
<h2>Where each method looks</h2>${placeTable(table)}
<h2>Cost</h2>${costTable(table)}
<p class="quiet">Milliseconds a sample, means. The authors’ protocol counts generate time: vision, prefill, decoding, RPN and cutting the crop, without reading and preparing the picture. Memory: how much more of its own the engine process held at its peak than when the answer began, the most of all samples, as Linux counts it; what an earlier answer made it keep, weights and graphics memory are not in it.</p>
${sweepTable(sweep)}${curves.map(plotted)}
${gated}${sliceTables(table)}
${shown}
<h2>Settings</h2>${settingsOf(evaluation)}`;
}

function settingsOf({ settings, createdAt }: Evaluation): Html {
  const { machine, filter, limit } = settings;
  const everything = JSON.stringify(filter) === JSON.stringify(NO_FILTER);
  const rows: readonly (readonly [string, string])[] = [
    ['Model', settings.model],
    ['Its files (SHA-256)', settings.fingerprint],
    ['RPN', settings.rpn ?? 'its own, where it has one'],
    ['Preset', settings.preset],
    ['Weights', settings.precision],
    ['New tokens at most', String(settings.maxNewTokens)],
    ['Run', String(settings.runId)],
    [
      'Samples',
      `${everything ? 'all' : JSON.stringify(withoutEmpty(filter))}${limit === null ? '' : `, the first ${limit}`}`,
    ],
    ['Seed', String(settings.seed)],
    [
      'Visual tokens at most',
      settings.tokens === null ? 'what the image processor says' : String(settings.tokens),
    ],
    ['Fovea', settings.version],
    ['Began', createdAt],
    ['System', machine.system],
    ['Processor', `${machine.processor}, ${counted(machine.cores, 'core')}`],
    ['Memory', formatBytes(machine.memoryBytes)],
  ];
  return markup`<table class="settings">${rows.map(([name, value]) => markup`<tr><th>${name}</th><td>${value}</td></tr>`)}</table>`;
}

/** Of a filter what it asks for. */
function withoutEmpty(filter: Evaluation['settings']['filter']): object {
  return Object.fromEntries(
    Object.entries(filter).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(NO_FILTER[name as keyof typeof NO_FILTER]),
    ),
  );
}
