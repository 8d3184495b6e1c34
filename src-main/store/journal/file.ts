/**
 * The journal's file: lines are only ever added, each add is on disk before it returns, and what a crash cut off is a
 * line of its own that readers leave out.
 */
import { closeSync, fstatSync, fsyncSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { parseJournalLine, type JournalLine } from './line.ts';
import { parseTagLine, type TagLine } from './tag-line.ts';
import type { RemovalLine } from './removal-line.ts';
import { parseVerdictLine, type VerdictLine } from './verdict-line.ts';
import { parseRoundLine, type DealtLine, type RoundLine } from './round-line.ts';

/** So much of the end is looked at when a journal is opened: some hundred decisions. */
const TAIL_BYTES = 1 << 18;
const WRITE_BYTES = 1 << 18;

export class JournalFile {
  readonly #path: string;
  #fd: number | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** Whether there is one yet. */
  get exists(): boolean {
    return statSync(this.#path, { throwIfNoEntry: false }) !== undefined;
  }

  /** Adds lines and waits until they are on disk. Throws the file system's error; some may have been added then. */
  append(lines: Iterable<JournalLine | TagLine | RoundLine | DealtLine | VerdictLine | RemovalLine>): void {
    const fd = this.#open();
    let text = '';
    for (const line of lines) {
      text += `${JSON.stringify(line)}\n`;
      if (text.length < WRITE_BYTES) continue;
      write(fd, text);
      text = '';
    }
    write(fd, text);
    fsyncSync(fd);
  }

  /** Decisions, changes of tags, verdicts on answers and what became of rounds among the last lines, oldest first. */
  tail(): {
    readonly decisions: JournalLine[];
    readonly tags: TagLine[];
    readonly rounds: RoundLine[];
    readonly verdicts: VerdictLine[];
  } {
    const fd = openSync(this.#path, 'r');
    try {
      const { size } = fstatSync(fd);
      const start = Math.max(0, size - TAIL_BYTES);
      const bytes = Buffer.alloc(size - start);
      readSync(fd, bytes, 0, bytes.length, start);
      const lines = bytes.toString('utf8').split('\n');
      return {
        decisions: lines.map(parseJournalLine).filter((line) => line !== null),
        tags: lines.map(parseTagLine).filter((line) => line !== null),
        rounds: lines.map(parseRoundLine).filter((line) => line !== null),
        verdicts: lines.map(parseVerdictLine).filter((line) => line !== null),
      };
    } finally {
      closeSync(fd);
    }
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  /** The file under its name, made anew where somebody took it away or put another one there. */
  #open(): number {
    if (this.#fd !== null) {
      const [own, there] = [fstatSync(this.#fd), statSync(this.#path, { throwIfNoEntry: false })];
      if (there && own.ino === there.ino && own.dev === there.dev) return this.#fd;
      this.close();
    }
    // Read as well, to see whether the last line is whole.
    const fd = openSync(this.#path, 'a+');
    const { size } = fstatSync(fd);
    const last = Buffer.alloc(1);
    if (size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a) write(fd, '\n');
    this.#fd = fd;
    return fd;
  }
}

function write(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
}
