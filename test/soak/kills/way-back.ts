/**
 * Kill -9 at random moments of everything that writes to a project: deciding, batches, imports, exports, copies, restoring,
 * migrating, repairing. Afterwards the project opens, or `fovea doctor --repair` makes it whole, and nothing that was
 * answered as saved is missing. Seeds are printed; a run can be repeated with its own, as far as moments can.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../../../scripts/lib/paths.mjs';
import { repairProject } from '../../../src-main/store/repair/repair.ts';
import { createProject, openProject } from '../../../src-main/store/file/project.ts';
import { addSamples, predict, testRun } from '../../support/project.ts';
import { seededRandom } from '../../support/random.ts';
import { someScenes } from '../../app/cli/scenes.ts';
import { brokenCopies, Ledger } from './ledger.ts';
import { makeOlder } from '../../support/older-project.ts';
import { FOVEA } from '../../support/program.ts';

const SAMPLES = 60;
/** The schema that a project is taken back to before it is migrated under fire. */
const OLD_SCHEMA = 5;
const CHILD = join(root, 'test/support/deciding-child.ts');
/** Until this share of its time a process only starts. */
const STARTING = 0.3;

export interface WayBackReport {
  readonly kills: number;
  /** Kills that hit a living process, by what it did. */
  readonly hit: Readonly<Record<string, number>>;
  /** Decisions that were answered as saved. */
  readonly saved: number;
  /** Times that the project had to be repaired, by what was killed. */
  readonly repaired: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
}

/** One kind of work to be killed in. */
interface Work {
  /** @returns the program's arguments */
  readonly start: (kill: number) => readonly string[];
  /** It goes on until it is killed, saying what was saved. */
  readonly endless?: true;
  /** After the kill. @returns what is wrong */
  readonly after?: (kill: number) => Promise<string[]> | string[];
}

/** @param count kills, spread over all kinds of work */
export async function killTheWayBack(seed: number, count: number): Promise<WayBackReport> {
  const dir = mkdtempSync(join(tmpdir(), 'fovea-kills-'));
  try {
    return await new WayBack(dir, seed).run(count);
  } finally {
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

class WayBack {
  readonly #dir: string;
  readonly #project: string;
  readonly #random: () => number;
  readonly #ledger = new Ledger();
  readonly #hit: Record<string, number> = {};
  readonly #repaired: Record<string, number> = {};
  readonly #problems: string[] = [];
  /** Milliseconds that each kind of work takes when nobody kills it. */
  readonly #lasts = new Map<string, number>();

  constructor(dir: string, seed: number) {
    this.#dir = dir;
    this.#project = join(dir, 'project');
    this.#random = seededRandom(seed);
  }

  async run(count: number): Promise<WayBackReport> {
    const project = await createProject(this.#project, 'Kills', async (fresh) => {
      addSamples(fresh, SAMPLES);
      const run = testRun(fresh);
      for (let id = 1; id <= SAMPLES; id++) predict(fresh, run, id);
    });
    project.close();
    // Something to go back to from the start.
    await this.#run([FOVEA, 'backup', this.#project, '--out', join(this.#dir, 'first.db')]);
    const works = Object.entries(this.#works());
    for (const [name, work] of works) {
      if (work.endless) continue;
      const args = work.start(-1);
      const started = performance.now();
      if (args[0] === FOVEA) await this.#run(args);
      else await this.#firstLine(args);
      this.#lasts.set(name, performance.now() - started);
    }
    for (let kill = 0; kill < count; kill++) {
      const [name, work] = works[kill % works.length]!;
      const problems = await this.#kill(name, work, kill);
      this.#problems.push(...problems.map((problem) => `kill ${kill} (${name}): ${problem}`));
      if (this.#problems.length > 20) break;
    }
    const saved = this.#ledger.size;
    return { kills: count, hit: this.#hit, saved, repaired: this.#repaired, problems: this.#problems };
  }

  #works(): Record<string, Work> {
    const project = this.#project;
    const out = join(this.#dir, 'out.jsonl');
    const scenes = someScenes(join(this.#dir, 'scenes'), 12);
    return {
      deciding: { start: (kill) => [CHILD, 'one by one', project, `k${kill}`], endless: true },
      batches: { start: (kill) => [CHILD, 'batches', project, `k${kill}`], endless: true },
      import: {
        start: (kill) => {
          const questions = join(this.#dir, 'questions.jsonl');
          const lines = readFileSync(scenes.questionsFile, 'utf8').trim().split('\n');
          const more = Array.from({ length: 40 }, (_, n) =>
            lines.map((line) =>
              JSON.stringify({ ...JSON.parse(line), question_id: `${kill} ${n} ${line.length}` }),
            ),
          ).flat();
          writeFileSync(questions, more.join('\n'));
          return [FOVEA, 'import', project, '--images', scenes.imagesDir, '--questions', questions];
        },
      },
      export: {
        start: () => [FOVEA, 'export', project, '--format', 'jsonl', '--out', out, '--replace'],
        after: () => brokenLines(out),
      },
      backup: { start: () => [FOVEA, 'backup', project] },
      deciding2: { start: (kill) => [CHILD, 'one by one', project, `k${kill}`], endless: true },
      restore: {
        start: () => [FOVEA, 'restore', project, this.#anyCopy()],
        after: () => this.#repair('restore'),
      },
      migration: {
        start: (kill) => {
          makeOlder(project, OLD_SCHEMA);
          return [CHILD, 'one by one', project, `m${kill}`];
        },
      },
      batches2: { start: (kill) => [CHILD, 'batches', project, `k${kill}`], endless: true },
      repair: {
        start: () => {
          this.#damage();
          return [FOVEA, 'doctor', '--repair', project];
        },
        after: () => this.#repair('repair'),
      },
    };
  }

  async #kill(name: string, work: Work, kill: number): Promise<string[]> {
    const args = work.start(kill);
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    const said: string[] = [];
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => said.push(line));
    const heard = once(lines, 'close');
    const gone = once(child, 'exit');
    if (work.endless) {
      // It takes as long as it takes to start on a busy machine; then a few lines, or the first moments.
      const wanted = Math.floor(this.#random() * 40);
      const delay = this.#random() * 300;
      const deadline = performance.now() + 20_000;
      while (said.length < wanted && child.exitCode === null && performance.now() < deadline) await sleep(5);
      await sleep(delay);
    } else {
      const lasts = this.#lasts.get(name) ?? 0;
      await Promise.race([sleep(lasts * (STARTING + (1 - STARTING) * this.#random())), gone]);
    }
    if (child.kill('SIGKILL') && child.exitCode === null) this.#hit[name] = (this.#hit[name] ?? 0) + 1;
    await gone;
    await heard;
    if (args[0] === CHILD) this.#ledger.add(said);
    const problems = [...((await work.after?.(kill)) ?? [])];
    problems.push(...brokenCopies(this.#project).map((copy) => `a copy is broken: ${copy}`));
    if (!existsSync(join(this.#project, 'project.db'))) problems.push(...(await this.#repair(name)));
    problems.push(...(await this.#ledger.check(this.#project)));
    return problems;
  }

  /** As a person would from the command line; what it puts back is looked at afterwards. */
  async #repair(name: string): Promise<string[]> {
    this.#repaired[name] = (this.#repaired[name] ?? 0) + 1;
    try {
      await repairProject(this.#project);
      return [];
    } catch (thrown) {
      return [`repair: ${String(thrown)}`];
    }
  }

  #anyCopy(): string {
    const copies = join(this.#project, 'backups');
    const names = existsSync(copies)
      ? readdirSync(copies).filter((name) => /^project-.*\.db$/.test(name))
      : [];
    const all = [join(this.#dir, 'first.db'), ...names.map((name) => join(copies, name))];
    return all[Math.floor(this.#random() * all.length)]!;
  }

  /** Some pages of the database are zeros, it is cut short, or it is gone; what stands in the log counts, too. */
  #damage(): void {
    const file = join(this.#project, 'project.db');
    // Closed as it should be, so that the damage hits what counts.
    openProject(this.#project).close();
    const { size } = statSync(file);
    const kind = Math.floor(this.#random() * 4);
    if (kind === 0) return rmSync(file);
    const bytes = readFileSync(file);
    if (kind === 1) {
      writeFileSync(file, bytes.subarray(0, Math.floor(size * (0.2 + 0.7 * this.#random()))));
      return;
    }
    const fd = openSync(file, 'r+');
    for (let n = 0; n < 3; n++) {
      const page = kind === 2 ? Math.floor((this.#random() * size) / 4096) : n;
      writeSync(fd, Buffer.alloc(4096), 0, 4096, page * 4096);
    }
    closeSync(fd);
  }

  /** Runs a process that never ends until it says something. */
  async #firstLine(args: readonly string[]): Promise<void> {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    const gone = once(child, 'exit');
    await Promise.race([once(child.stdout, 'data'), gone]);
    child.kill('SIGKILL');
    await gone;
  }

  async #run(args: readonly string[]): Promise<void> {
    const child = spawn(process.execPath, args, { stdio: 'ignore' });
    await once(child, 'exit');
    if (child.exitCode !== 0) throw new Error(`${args.join(' ')} ended with ${String(child.exitCode)}`);
  }
}

/** An export is what it was, or what it is to be: never half of it. */
function brokenLines(file: string): string[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  if (text !== '' && !text.endsWith('\n')) return ['the export ends in the middle of a line'];
  for (const line of text.split('\n').filter((one) => one !== '')) {
    try {
      JSON.parse(line);
    } catch {
      return ['the export holds a broken line'];
    }
  }
  return [];
}
