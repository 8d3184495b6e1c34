/** Where a label's foreground lies on its picture. */
import { rleBox, rleFromCells, type Rle } from '../../src-shared/kernels/rle.ts';
import { FG } from '../../src-shared/kernels/types.ts';
import type { Labels, SourceXyxy } from '../../src-shared/kernels/types.ts';
import type { ExportPrediction, ExportSample } from './types.ts';

interface Labelled {
  readonly sample: Pick<ExportSample, 'image'>;
  readonly prediction: Pick<ExportPrediction, 'grid' | 'transform'>;
  readonly label: Labels;
}

/** The foreground as runs in source pixels. */
export function foreground({ sample, prediction, label }: Labelled): Rle {
  const { width, height } = sample.image;
  const cells = label.map((cell) => (cell === FG ? 1 : 0));
  return rleFromCells(cells, prediction.grid, prediction.transform, [width, height]);
}

/** The tight box around the foreground, xyxy in source pixels; null where there is none on the picture. */
export function labelBox(labelled: Labelled): SourceXyxy | null {
  return labelled.label.includes(FG) ? rleBox(foreground(labelled)) : null;
}
