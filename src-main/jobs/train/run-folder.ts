/** Where a training run keeps what it needs to go on, and the best weights that it found: `training/<run>/` of the project. */
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { diskError } from '../../files/disk-words.ts';

const BEST = /^best-(\d{1,9})$/;

export class RunFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Of a training run of a project. */
  static of(projectPath: string, trainingRun: number): RunFolder {
    return new RunFolder(join(projectPath, 'training', String(trainingRun)));
  }

  /** Weights, moments and step, as the trainer saves them. */
  get state(): string {
    return join(this.path, 'state.safetensors');
  }

  /** The version as it was after `step`. */
  best(step: number): string {
    return join(this.path, `best-${step}`);
  }

  /** Throws what the disk says, in words. */
  async make(): Promise<void> {
    await mkdir(this.path, { recursive: true }).catch((thrown: unknown) => {
      throw diskError(thrown, this.path);
    });
  }

  /** Whether there is a state to go on from. */
  async hasState(): Promise<boolean> {
    return (await stat(this.state).catch(() => null))?.isFile() ?? false;
  }

  async hasBest(step: number): Promise<boolean> {
    return (await stat(this.best(step)).catch(() => null))?.isDirectory() ?? false;
  }

  /** Takes away the versions of other steps than `step`. */
  async keepOnly(step: number): Promise<void> {
    for (const name of await readdir(this.path)) {
      const of = BEST.exec(name)?.[1];
      if (of !== undefined && Number(of) !== step)
        await rm(join(this.path, name), { recursive: true, force: true });
    }
  }

  /** Takes away everything: the version that came of it lies elsewhere by then. */
  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }

  /** Takes away what only going on would need. */
  async removeState(): Promise<void> {
    await rm(this.state, { force: true });
  }
}
