/**
 * Import and export beside the programs that people would use instead, in one run and each in a process of its own: COCO instances
 * beside pycocotools (which stores nothing), Parquet with pictures in it beside DuckDB's COPY of the same rows from its own table.
 * Seconds are by the clock and of the processor: the clock says little where others use the machine.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { ANNOTATIONS_A_PICTURE, makeCoco } from './make-coco.ts';
import { type Data, makeData, sizeOf } from './make-data.ts';

const measuredSchema = z.object({
  seconds: z.number(),
  cpu_seconds: z.number(),
  rows: z.number(),
  peak_rss_mb: z.number(),
});
export type Measured = z.infer<typeof measuredSchema>;

export interface PeerNumbers {
  /** Without pictures, and with them in the file. */
  readonly parquet_named: Measured;
  readonly parquet_with: Measured;
  readonly duckdb_copy: Measured;
  /** Rows are samples; those of pycocotools annotations. */
  readonly coco: Measured;
  readonly pycocotools: Measured;
}

const run = promisify(execFile);
const own = join(import.meta.dirname, '../../..');

/** @param samples questions to be exported. @param annotations of the COCO file. @param say told what is under way */
export async function measurePeers(
  python: string,
  dir: string,
  { samples, annotations }: { readonly samples: number; readonly annotations: number },
  say: (text: string) => void,
): Promise<PeerNumbers> {
  const child = async (what: string, project: string, data: Data): Promise<Measured> => {
    say(`${what} …`);
    const args = [
      join(import.meta.dirname, 'child.ts'),
      what,
      own,
      project,
      data.imagesDir,
      data.questionsFile,
    ];
    return measuredSchema.parse(
      JSON.parse((await run(process.execPath, [...process.execArgv, ...args])).stdout),
    );
  };
  const peer = async (...args: readonly string[]): Promise<Measured> => {
    say(`${args[0]} of ${python} …`);
    const { stdout } = await run(python, [join(import.meta.dirname, 'peers.py'), ...args]);
    return measuredSchema.parse(JSON.parse(stdout));
  };

  const data = await makeData(join(dir, 'exported'), samples, samples);
  const project = join(dir, 'exported/project');
  await child('fill', project, data);
  const parquet_named = await child('parquet-named', project, data);
  const parquet_with = await child('parquet-with', project, data);
  const duckdb_copy = await peer('duckdb', join(dir, 'exported/parquet-with'), join(dir, 'copy.parquet'));

  const pictures = Math.ceil(annotations / ANNOTATIONS_A_PICTURE);
  const about = await makeData(join(dir, 'coco'), pictures, pictures);
  const named = readFileSync(about.questionsFile, 'utf8').trimEnd().split('\n');
  const file = await makeCoco(
    join(dir, 'coco'),
    annotations,
    named.map((line, n) => ({ name: (JSON.parse(line) as { image: string }).image, size: sizeOf(n) })),
  );
  const pycocotools = await peer('coco', file);
  const coco = await child('coco', join(dir, 'coco/project'), { ...about, questionsFile: file });
  return { parquet_named, parquet_with, duckdb_copy, coco, pycocotools };
}
