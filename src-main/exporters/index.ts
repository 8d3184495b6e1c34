/** Every export format, for whoever runs an export. */
import { cocoExporter } from './coco.ts';
import { csvExporter } from './csv.ts';
import { masksExporter } from './folders/masks.ts';
import { webdatasetExporter } from './folders/webdataset.ts';
import { yoloExporter } from './folders/yolo.ts';
import { jsonlExporter } from './jsonl.ts';
import { parquetExporter } from './parquet/parquet.ts';
import { qzoomExporter } from './qzoom.ts';
import { sdrpnExporter } from './sdrpn.ts';
import type { Exporter } from './types.ts';

export const exporters: readonly Exporter[] = [
  jsonlExporter,
  sdrpnExporter,
  cocoExporter,
  csvExporter,
  parquetExporter,
  yoloExporter,
  masksExporter,
  webdatasetExporter,
  qzoomExporter,
];
