/** One side of `bench:train`: a process that answers every line it is given with one of its own. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { processorSeconds, watchMemory } from '../oracle/memory.ts';

/** An answer, and processor time of the whole process while it worked on it. */
export type Measured<T> = T & { readonly processor: number };

export interface Side {
  /** How many numbers it trains. */
  readonly parameters: number;
  ask<T>(request: unknown, schema: z.ZodType<T>): Promise<Measured<T>>;
  /** Ends the process. @returns the most memory that it held while it worked, bytes */
  close(): Promise<number>;
}

/** @throws Error when the process ends before it answers. */
export async function openSide(command: string, args: readonly string[]): Promise<Side> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const next = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command} ended without an answer`);
    return JSON.parse(value);
  };
  const { parameters } = z.object({ parameters: z.number() }).parse(await next());
  const pid = child.pid as number;
  const peak = watchMemory(pid);
  return {
    parameters,
    async ask(request, schema) {
      const before = processorSeconds(pid);
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const answer = schema.parse(await next());
      return { ...answer, processor: processorSeconds(pid) - before };
    },
    async close() {
      const bytes = peak();
      child.stdin.end();
      await ended;
      return bytes;
    },
  };
}
