/**
 * Kept features and encodings of pictures on disk, within one budget. Reading marks a file as used; above the budget those that were not used for
 * longest go. Several processes may share a folder: names say what a file holds, and one is whole or not there.
 */
import { mkdir, rm, stat, statfs, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { withPlainFile } from '../files/plain-file.ts';
import { sweepTemporary } from '../files/temporary.ts';
import { rememberBudget, rememberedBudget } from './budget.ts';
import { checkFeatures, decodeFeatures, MOST_FILE_BYTES } from './codec.ts';
import { decodeEncoding, type EncodingShape } from './encoding.ts';
import { codeOf, orDiskError, putFile } from './disk.ts';
import {
  aboutBytes,
  aboutPath,
  keptByModel,
  keptFiles,
  type KeptFile,
  type KeptOfModel,
} from './inventory.ts';
import {
  keptPath,
  modelFolder,
  type EncodingKey,
  type FeatureKey,
  type KeptKey,
  type KeptOf,
} from './key.ts';
import type { FeatureRows } from './rows.ts';

/** Once above the budget, so much of it is made free: looking at every file for each one that is put would be slow. */
const SLACK = 0.05;
/** So much of the disk is left for the project itself. */
const STAYS_FREE_BYTES = 100e6;
const PLAIN = { code: 'bad_input', next: 'Delete it: features are computed again when needed' } as const;

export interface FeatureSize {
  readonly count: number;
  readonly bytes: number;
}

export class FeatureStore {
  readonly folder: string;
  readonly budgetBytes: number;
  /** As of the last look, and what was put since. */
  #bytes = 0;
  #putSince = 0;
  #looked = false;
  /** Buffers that nobody reads into at the moment. */
  readonly #pool: Buffer[] = [];
  readonly #named = new Set<string>();
  #evicting: Promise<void> | null = null;

  private constructor(folder: string, budgetBytes: number) {
    this.folder = folder;
    this.budgetBytes = budgetBytes;
  }

  /**
   * The features in a folder, which is made with the first that is put.
   * @param budgetBytes absent: what somebody gave last, or 20 GB
   * @throws FoveaError `bad_input` for a budget that is no positive number; what the disk says when it is written down
   */
  static async open(folder: string, budgetBytes?: number): Promise<FeatureStore> {
    if (budgetBytes !== undefined && !(budgetBytes > 0 && Number.isFinite(budgetBytes))) {
      throw new FoveaError('bad_input', 'the room for kept features is not a positive number', {
        next: 'Give gigabytes: --keep-features=20',
      });
    }
    sweepTemporary(folder);
    const remembered = await rememberedBudget(folder);
    if (budgetBytes !== undefined && Math.round(budgetBytes) !== remembered) {
      await rememberBudget(folder, budgetBytes);
    }
    return new FeatureStore(folder, budgetBytes ?? remembered);
  }

  /** Whether there is a file of this key. Whether it is sound shows when it is read. */
  async has(key: KeptKey): Promise<boolean> {
    return (await this.bytesOf(key)) !== null;
  }

  /** Where the file of this key lies or would: for processes that read it themselves. */
  pathOf(key: KeptKey): string {
    return join(this.folder, keptPath(key));
  }

  /** How large the file of this key is; null: there is none. */
  async bytesOf(key: KeptKey): Promise<number | null> {
    const info = await stat(this.pathOf(key)).catch(() => null);
    return info?.isFile() ? info.size : null;
  }

  /** The rows, in memory of their own; null: not kept, or not soundly (it is taken away then). */
  async get(key: FeatureKey): Promise<FeatureRows | null> {
    return this.#read(key, decodeFeatures);
  }

  /** The file's bytes as {@link FeatureStore.put} took them, checked; null as for {@link FeatureStore.get}. */
  async encoded(key: FeatureKey): Promise<Uint8Array | null> {
    return this.#read(key, (bytes) => {
      checkFeatures(bytes);
      return new Uint8Array(bytes);
    });
  }

  /**
   * A picture's encoding `[N, d]`, in memory of its own; null as for {@link FeatureStore.get}.
   * @param onBad hears why a file that is there cannot be used
   */
  async encoding(
    key: EncodingKey,
    shape: EncodingShape,
    onBad: (why: string) => void,
  ): Promise<Float32Array | null> {
    return this.#read(key, (bytes) => decodeEncoding(bytes, shape), onBad);
  }

  /**
   * Keeps what `encodeFeatures` or `encodeEncoding` gave, and makes room where that is above the budget.
   * @param name of the model, for people
   * @returns false where one file alone is above the budget: it is not kept
   * @throws FoveaError `no_space`, `read_only`, `io`; nothing is left of the file then
   */
  async put(key: KeptKey, bytes: Uint8Array, name: string | null = null): Promise<boolean> {
    if (bytes.length > this.budgetBytes) return false;
    await this.#look();
    await this.#refuseLast(bytes.length);
    await putFile(this.folder, keptPath(key), bytes);
    await this.#nameModel(key, name);
    this.#bytes += bytes.length;
    this.#putSince += bytes.length;
    // Others put, too: after so much of our own it is looked at anew.
    if (this.#bytes > this.budgetBytes || this.#putSince > SLACK * this.budgetBytes) await this.evict();
    return true;
  }

  /** What is kept now. */
  async size(): Promise<FeatureSize> {
    let [count, bytes] = [0, 0];
    for await (const { files } of keptFiles(this.folder)) {
      count += files.length;
      for (const file of files) bytes += file.bytes;
    }
    return { count, bytes };
  }

  /** What is kept now, by model and layer (null: encodings of pictures), the largest first. */
  byModel(): Promise<KeptOfModel[]> {
    return keptByModel(this.folder);
  }

  /** Takes away those that were not used for longest where all are above the budget. One at a time. */
  evict(): Promise<void> {
    this.#evicting ??= this.#evict().finally(() => (this.#evicting = null));
    return this.#evicting;
  }

  /**
   * Deletes everything that is kept, or what is kept of one model's layer. @returns what went
   * @throws FoveaError `read_only`, `io`
   */
  async remove(of?: KeptOf): Promise<FeatureSize> {
    const before = await this.byModel();
    const gone = before.filter((one) => !of || (one.model === of.model && one.layer === of.layer));
    for (const one of gone) {
      const folder = join(this.folder, modelFolder(one));
      await orDiskError(folder, () => rm(folder, { recursive: true, force: true }));
      this.#named.delete(modelFolder(one));
    }
    this.#looked = false;
    return {
      count: gone.reduce((sum, { count }) => sum + count, 0),
      bytes: gone.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }

  async #read<T>(
    key: KeptKey,
    take: (bytes: Buffer) => T,
    onBad: (why: string) => void = () => undefined,
  ): Promise<T | null> {
    const path = this.pathOf(key);
    try {
      return await withPlainFile(path, PLAIN, async (file, { size }) => {
        if (size > MOST_FILE_BYTES) throw new FoveaError('bad_input', `${size} bytes are none of ours`);
        const buffer = this.#borrow(size);
        try {
          const { bytesRead } = await file.read(buffer, 0, size, 0);
          const taken = take(buffer.subarray(0, bytesRead));
          const now = new Date();
          // On a disk that is only read the order of use does not matter either.
          await utimes(path, now, now).catch(() => undefined);
          return taken;
        } finally {
          this.#pool.push(buffer);
        }
      });
    } catch (thrown) {
      const code = codeOf(thrown);
      if (code !== null && code !== 'ENOENT') onBad(`the disk reports ${code}`);
      if (code !== null) return null;
      const error = FoveaError.from(thrown);
      if (error.code !== 'bad_input') throw thrown;
      onBad(error.message);
      await unlink(path).catch(() => undefined);
      return null;
    }
  }

  /** The last of a disk is for what people decide. */
  async #refuseLast(bytes: number): Promise<void> {
    const disk = await statfs(this.folder).catch(() => null);
    if (!disk || disk.bavail * disk.bsize >= bytes + STAYS_FREE_BYTES) return;
    const free = Math.floor((disk.bavail * disk.bsize) / 1e6);
    throw new FoveaError('no_space', `features are not kept on a disk with ${free} MB left`, {
      where: this.folder,
      next: 'Free some space; what is decided and labelled goes on being saved',
    });
  }

  #borrow(size: number): Buffer {
    const at = this.#pool.findIndex((buffer) => buffer.length >= size);
    if (at >= 0) return this.#pool.splice(at, 1)[0]!;
    this.#pool.pop();
    // Memory of its own: a piece of Node's shared pool could begin anywhere.
    return Buffer.from(new ArrayBuffer(size));
  }

  async #look(): Promise<void> {
    if (this.#looked) return;
    await orDiskError(this.folder, () => mkdir(this.folder, { recursive: true }));
    this.#bytes = (await this.size()).bytes;
    this.#looked = true;
  }

  async #nameModel(key: KeptKey, name: string | null): Promise<void> {
    if (name === null || this.#named.has(modelFolder(key))) return;
    await putFile(this.folder, aboutPath(key), aboutBytes(name));
    this.#named.add(modelFolder(key));
  }

  async #evict(): Promise<void> {
    const files: KeptFile[] = [];
    for await (const found of keptFiles(this.folder)) files.push(...found.files);
    let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    if (bytes > this.budgetBytes) {
      files.sort((a, b) => a.usedMs - b.usedMs);
      // The newest stays: it is what was just put, however little else there is room for.
      for (const file of files.slice(0, -1)) {
        if (bytes <= (1 - SLACK) * this.budgetBytes) break;
        await unlink(file.path).catch(() => undefined);
        bytes -= file.bytes;
      }
    }
    this.#bytes = bytes;
    this.#putSince = 0;
  }
}
