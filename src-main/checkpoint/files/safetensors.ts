/**
 * The header of one safetensors file: which tensor lies where. Only the header is read; the weights stay on disk and
 * are mapped by the runtime. A header is hostile until checked: its length is compared with the file before anything
 * is allocated, and every tensor's range must be what its dtype and shape say, back to back, to the file's last byte
 * (the same rules as the format's own reader).
 *
 * Format: 8 bytes little-endian header length N, N bytes JSON, then data; offsets count from the end of the header.
 */
import { realpath } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { withPlainFile } from '../../files/plain-file.ts';
import { LFS_POINTER, lfsPointer } from './json-file.ts';
import { type JsonLimits, tooMuchJson } from './json-shape.ts';

/** Bytes per element of the dtypes Fovea knows. */
export const DTYPE_BYTES = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  I64: 8,
  U64: 8,
  F64: 8,
} as const;
export type Dtype = keyof typeof DTYPE_BYTES;

/** One stored tensor: row-major, little-endian, `length` bytes from `offset` of `file`. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** The real file (symlinks resolved), absolute. */
  readonly file: string;
  /** Byte offset from the start of the file. */
  readonly offset: number;
  readonly length: number;
}

const NEXT = 'Download this file again';

/** The format's own limit on the header. */
const MAX_HEADER_BYTES = 100_000_000;

type HeaderLimits = Pick<JsonLimits, 'depth' | 'values'>;
/** An entry is some ten values: a few hundred thousand tensors, where the largest models have some thousand a file. */
const HEADER_LIMITS: HeaderLimits = { depth: 8, values: 3_000_000 };

/** Far more axes than any weight has; a longer list would only make its product slow to work out. */
const MAX_AXES = 16;

const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.number().int().nonnegative()).max(MAX_AXES),
  data_offsets: z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]),
});
const headerSchema = z.record(z.string(), z.unknown());

/**
 * Every tensor of a file, by name, in file order.
 * @throws FoveaError `bad_checkpoint` on a missing, truncated or lying file, or one with more tensors than any model has.
 */
export async function readSafetensorsHeader(
  path: string,
  limits: HeaderLimits = HEADER_LIMITS,
): Promise<ReadonlyMap<string, TensorEntry>> {
  try {
    const file = await realpath(path);
    const wish = { code: 'bad_checkpoint', next: NEXT } as const;
    const { text, dataStart, size } = await withPlainFile(path, wish, async (handle, info) => ({
      ...(await readHeader(handle, info.size, path)),
      size: info.size,
    }));
    return readEntries(parseHeader(text, path, limits), file, dataStart, size, path);
  } catch (error) {
    if (error instanceof FoveaError) throw error;
    throw bad(path, `cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
  }
}

/**
 * What the file says of itself, text by text; empty where it says nothing.
 * @throws FoveaError `bad_checkpoint` as {@link readSafetensorsHeader}
 */
export async function readSafetensorsMetadata(path: string): Promise<Readonly<Record<string, string>>> {
  const wish = { code: 'bad_checkpoint', next: NEXT } as const;
  const { text } = await withPlainFile(path, wish, (handle, info) => readHeader(handle, info.size, path));
  const metadata = parseHeader(text, path, HEADER_LIMITS)['__metadata__'];
  return z.record(z.string(), z.string()).safeParse(metadata).data ?? {};
}

/** The bytes of the header's JSON, and where the data begins. */
async function readHeader(
  handle: FileHandle,
  size: number,
  path: string,
): Promise<{ text: Buffer; dataStart: number }> {
  if (size < 8) throw bad(path, `is ${size} bytes, too short for a safetensors file`);
  const start = Buffer.alloc(LFS_POINTER.length);
  await handle.read(start, 0, start.length, 0);
  if (start.toString('latin1') === LFS_POINTER) throw lfsPointer(path);
  const prefix = start.subarray(0, 8);
  const length = prefix.readBigUInt64LE();
  if (length > BigInt(MAX_HEADER_BYTES))
    throw bad(path, `claims a header of ${length} bytes (limit ${MAX_HEADER_BYTES})`);
  const headerBytes = Number(length);
  if (8 + headerBytes > size) {
    throw bad(path, `claims a header of ${headerBytes} bytes in a file of ${size} bytes`);
  }
  const text = Buffer.alloc(headerBytes);
  const { bytesRead } = await handle.read(text, 0, headerBytes, 8);
  if (bytesRead !== headerBytes) throw bad(path, 'ended while its header was read');
  return { text, dataStart: 8 + headerBytes };
}

function parseHeader(text: Buffer, path: string, limits: HeaderLimits): Record<string, unknown> {
  const problem = tooMuchJson(text, { ...limits, maxBytes: MAX_HEADER_BYTES });
  if (problem !== null) throw bad(path, `has a header that ${problem}`);
  try {
    return headerSchema.parse(JSON.parse(text.toString('utf8')));
  } catch {
    throw bad(path, 'has a header that is not a JSON object');
  }
}

function readEntries(
  header: Record<string, unknown>,
  file: string,
  dataStart: number,
  size: number,
  path: string,
): Map<string, TensorEntry> {
  const entries: TensorEntry[] = [];
  for (const [name, raw] of Object.entries(header)) {
    if (name === '__metadata__') {
      refuseOtherFramework(raw, path);
      continue;
    }
    const parsed = entrySchema.safeParse(raw);
    if (!parsed.success) throw bad(path, `has a malformed entry for tensor ${name}`);
    const { dtype, shape, data_offsets: offsets } = parsed.data;
    if (!isDtype(dtype)) throw bad(path, `stores tensor ${name} as ${dtype}, which Fovea does not know`);
    // BigInt: a lying shape must not overflow into something plausible.
    const bytes = shape.reduce((n, d) => n * BigInt(d), BigInt(DTYPE_BYTES[dtype]));
    const [begin, end] = offsets;
    if (end < begin || BigInt(end - begin) !== bytes) {
      throw bad(path, `gives tensor ${name} ${end - begin} bytes where ${dtype} [${shape}] needs ${bytes}`);
    }
    if (dataStart + end > size) throw bad(path, `ends before tensor ${name} does (truncated file?)`);
    entries.push({ name, dtype, shape, file, offset: dataStart + begin, length: end - begin });
  }
  entries.sort((a, b) => a.offset - b.offset || a.length - b.length);
  let next = dataStart;
  for (const entry of entries) {
    if (entry.offset !== next) {
      throw bad(
        path,
        `${entry.offset < next ? 'overlaps tensors' : 'leaves a hole'} at tensor ${entry.name}`,
      );
    }
    next += entry.length;
  }
  if (next !== size) throw bad(path, `has ${size - next} bytes that belong to no tensor`);
  return new Map(entries.map((entry) => [entry.name, entry]));
}

/**
 * `format` in the metadata says which framework's layout the tensors have; transformers writes `pt`. The others store
 * convolutions, and TensorFlow and Flax all matrices, the other way round.
 */
const FRAMEWORKS: ReadonlyMap<string, string> = new Map([
  ['mlx', 'MLX'],
  ['tf', 'TensorFlow'],
  ['flax', 'Flax'],
]);
const metadataSchema = z.object({ format: z.string().optional() }).loose();

function refuseOtherFramework(metadata: unknown, path: string): void {
  const framework = FRAMEWORKS.get(metadataSchema.safeParse(metadata).data?.format ?? '');
  if (framework === undefined) return;
  const name = path.split(/[\\/]/).pop() ?? path;
  throw new FoveaError('unsupported_model', `${name} was written for ${framework}`, {
    where: path,
    next: 'Download the repository it was made from, or save it once with PyTorch',
  });
}

function isDtype(text: string): text is Dtype {
  return Object.hasOwn(DTYPE_BYTES, text);
}

function bad(path: string, what: string): FoveaError {
  const name = path.split(/[\\/]/).pop() ?? path;
  return new FoveaError('bad_checkpoint', `${name} ${what}`, {
    where: path,
    next: NEXT,
  });
}
