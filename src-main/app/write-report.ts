/** The report of an evaluation as files, for `fovea eval`. */
import { resolve } from 'node:path';
import { writeAtomically } from '../files/atomic-file.ts';
import { figureFile } from '../jobs/evaluate/report/figures.ts';
import { evaluationReport } from '../jobs/evaluate/report/report.ts';
import type { Project } from '../store/file/project.ts';

/** Each plot beside the report, as `REPORT-NAME.svg`. @returns the paths. @throws FoveaError as writing a file does */
export async function writeReport(project: Project, id: number, file: string): Promise<string[]> {
  const report = await evaluationReport(project, id);
  const path = resolve(file);
  const figures = report.figures.map((figure) => ({
    path: `${path.replace(/\.html?$/i, '')}-${figure.name}.svg`,
    text: figureFile(figure),
  }));
  const files = [{ path, text: report.html }, ...figures];
  for (const { path: to, text } of files) await writeAtomically(to, (sink) => sink.write(text));
  return files.map(({ path: to }) => to);
}
