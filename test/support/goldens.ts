/** Reads the checked-in goldens. They are the reference's outputs: there is nothing here to regenerate. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export interface LabelCase {
  grid: [number, number];
  params: {
    sink_thresh: number;
    binary_coff: number;
    bg_coff: number;
    max_ratio_limit: number;
    use_smoothing?: boolean;
  };
  grounding: number[];
  sink: number[];
  image_size_wh?: [number, number];
  labels: number[];
  fg_bbox_rows_cols_inclusive: number[];
  num_fg?: number;
  num_bg?: number;
  num_sink?: number;
}

export interface BoxCase {
  grid: [number, number];
  map: number[];
  conf_thresh: number;
  min_area: number;
  max_area: number;
  image_size_wh: [number, number];
  boxes_feat_xyxy: number[][];
  boxes_image_xyxy: number[][];
}

export interface MaskCase {
  grid: [number, number];
  probs: number[];
  conf_thresh: number;
  blurred: number[];
  mask_count: number;
  surrounding_box_feat_xyxy: number[] | null;
}

interface Goldens {
  labels_llava: LabelCase[];
  labels_qwen: LabelCase[];
  roi_boxes: BoxCase[];
  roi_mask_qwen: MaskCase[];
}

/** All cases of one golden file. */
export function golden<N extends keyof Goldens>(name: N): Goldens[N] {
  const file = new URL(`../golden/roi/${name}.json.gz`, import.meta.url);
  return JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as Goldens[N];
}
