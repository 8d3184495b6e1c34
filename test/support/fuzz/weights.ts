/** Weight files whose headers are damaged or split; their data are holes, because opening never reads them. */
import { closeSync, ftruncateSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { below, mutateBytes, mutateJson, mutateText, pick } from './mutate.ts';
import type { Random } from './mutate.ts';

/** The file's first half in one shard and its second in another, with an index. */
export function splitInShards(dir: string): void {
  const whole = readFileSync(join(dir, 'model.safetensors'));
  const { header, data } = partsOf(whole);
  const weightMap: Record<string, string> = {};
  const entries = Object.entries(JSON.parse(header) as Record<string, { data_offsets: [number, number] }>)
    .filter(([name]) => name !== '__metadata__')
    .sort((a, b) => a[1].data_offsets[0] - b[1].data_offsets[0]);
  const middle = entries.length >> 1;
  for (const [i, part] of [entries.slice(0, middle), entries.slice(middle)].entries()) {
    const start = part[0]?.[1].data_offsets[0] ?? 0;
    const end = part.at(-1)?.[1].data_offsets[1] ?? 0;
    const own = part.map(([name, entry]) => [
      name,
      { ...entry, data_offsets: entry.data_offsets.map((offset) => offset - start) },
    ]);
    const file = `model-${i}.safetensors`;
    for (const [name] of part) weightMap[name] = file;
    writeWeights(join(dir, file), JSON.stringify(Object.fromEntries(own)), data.subarray(start, end).length);
  }
  writeFileSync(
    join(dir, 'model.safetensors.index.json'),
    JSON.stringify({ metadata: {}, weight_map: weightMap }),
  );
}

function partsOf(file: Buffer): { header: string; data: Buffer } {
  const end = 8 + Number(file.readBigUInt64LE());
  return { header: file.toString('utf8', 8, end), data: file.subarray(end) };
}

export function damageHeader(path: string, whole: Buffer, random: Random): void {
  const { header, data } = partsOf(whole);
  const kind = below(random, 10);
  if (kind === 0) {
    const length = pick(random, [
      0n,
      1n,
      2n ** 63n,
      2n ** 64n - 1n,
      10n ** 8n,
      BigInt(whole.length),
      BigInt(below(random, 5000)),
    ]);
    writeWeights(path, header, data.length, length);
  } else if (kind === 1) writeWeights(path, header, Math.max(0, data.length + below(random, 9) - 4));
  else if (kind === 2) writeFileSync(path, mutateBytes(whole.subarray(0, 2000), random));
  else writeWeights(path, kind === 3 ? mutateText(header, random) : mutateJson(header, random), data.length);
}

/** A file whose data is a hole: opening a checkpoint never reads it. */
function writeWeights(path: string, header: string, dataBytes: number, length?: bigint): void {
  const text = Buffer.from(header);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(length ?? BigInt(text.length));
  const file = openSync(path, 'w');
  writeSync(file, Buffer.concat([prefix, text]));
  ftruncateSync(file, 8 + text.length + dataBytes);
  closeSync(file);
}
