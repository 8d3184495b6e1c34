/** One Parquet file, its footer read and checked: what its columns are and where they lie. Nothing of its rows is read. */
import type { ColumnMetaData, FileMetaData, SchemaTree } from 'hyparquet';
import { parquetMetadata, parquetSchema } from 'hyparquet';
import { FoveaError } from '../../../../src-shared/contract/errors.ts';
import { openPlainFile, type PlainFile } from '../../../files/plain-file.ts';
import { TABLE_COLUMNS } from '../../rows/limits.ts';
import { shown } from '../../rows/reasons.ts';
import { fileFailure } from '../bytes.ts';
import { CODECS } from './codecs.ts';

export const PARQUET = Buffer.from('PAR1');
const ENCRYPTED = Buffer.from('PARE');
/** Of the footer: some 100 bytes for each column of each row group. */
const FOOTER_BYTES = 256 * 1024 * 1024;
const TAIL = 8;

export interface ParquetFile {
  readonly path: string;
  readonly file: PlainFile;
  readonly metadata: FileMetaData;
  readonly schema: SchemaTree;
  readonly rows: number;
  /** Codecs of its columns, as people call them. */
  readonly codecs: ReadonlySet<string>;
}

/** Opens a file and reads its footer. Throws FoveaError `not_found`, `io`, and `bad_input` for what is not read, by name. */
export async function openParquet(path: string): Promise<ParquetFile> {
  const file = await openPlainFile(path, { code: 'bad_input', next: 'Name a Parquet file' }).catch(
    (error: unknown) => {
      throw fileFailure(path, error);
    },
  );
  try {
    const metadata = await decoding(path, async () => parquetMetadata(await footerOf(path, file)));
    const schema = await decoding(path, () => Promise.resolve(parquetSchema(metadata)));
    const codecs = new Set<string>();
    for (const column of metadata.row_groups.flatMap(({ columns }) => columns)) {
      codecs.add(codecOf(path, column.meta_data, column.file_path));
    }
    if (schema.children.length > TABLE_COLUMNS) {
      throw bad(path, `it has ${schema.children.length} columns`, `Keep ${TABLE_COLUMNS} at most`);
    }
    return { path, file, metadata, schema, rows: Number(metadata.num_rows), codecs };
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
}

/** What a library throws at damaged files, as an error of this file. */
export async function decoding<T>(path: string, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (thrown) {
    if (thrown instanceof FoveaError) throw thrown;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw bad(path, `it is damaged (${reason})`, 'Get the file again', thrown);
  }
}

/** What is wrong with a Parquet file. */
export function bad(path: string, what: string, next: string, cause?: unknown): FoveaError {
  return new FoveaError('bad_input', `the Parquet file cannot be read: ${what}`, {
    where: path,
    next,
    cause,
  });
}

async function footerOf(path: string, file: PlainFile): Promise<ArrayBuffer> {
  if (file.size < PARQUET.length + TAIL) throw bad(path, 'it is cut off', 'Get the file again');
  const tail = await file.read(file.size - TAIL, TAIL);
  const mark = tail.subarray(4);
  if (mark.equals(ENCRYPTED)) throw bad(path, 'it is encrypted', 'Save it without encryption');
  if (!mark.equals(PARQUET)) throw bad(path, 'it is cut off', 'Get the file again');
  const bytes = tail.readUInt32LE(0);
  if (bytes > FOOTER_BYTES || bytes > file.size - TAIL - PARQUET.length) {
    throw bad(path, `its footer claims ${bytes} bytes`, 'Get the file again');
  }
  return ownBuffer(await file.read(file.size - TAIL - bytes, bytes + TAIL));
}

function codecOf(path: string, column: ColumnMetaData | undefined, elsewhere: string | undefined): string {
  if (!column) throw bad(path, 'a column of it is encrypted', 'Save it without encryption');
  if (elsewhere) throw bad(path, 'its columns are in other files', 'Save it as one file');
  const { codec } = column;
  if (codec === 'UNCOMPRESSED') return 'not compressed';
  if (!(codec in CODECS))
    throw bad(path, `its codec ${shown(codec)} is not known`, 'Save it with zstd or snappy');
  return codec.toLowerCase().replace('_raw', '');
}

/** A copy with a buffer to itself, as the library wants it. */
export function ownBuffer(bytes: Uint8Array): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}
