/**
 * What every command has in common: `--json`, one place where errors become a line and an exit code, and the streams
 * and the stop signal it is given (so that tests run commands in their own process).
 */
import type { Readable, Writable } from 'node:stream';
import type { Command } from 'commander';
import { FoveaError } from '../../../../src-shared/contract/errors.ts';
import { exitOf, type ExitCode } from './exit.ts';
import { Output } from './output.ts';
import type { ProgressStream } from '../../progress.ts';

export interface CliEnvironment {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable;
  readonly stderr: Writable & ProgressStream;
  /** Aborted when the person wants the command to stop. */
  readonly signal: AbortSignal;
}

/** What a command's body gets besides its own arguments. */
export interface CommandContext extends CliEnvironment {
  readonly output: Output;
}

/** Registers the commands of one file. */
export type AddCommand = (program: Command, cli: Cli) => void;

/** Runs bodies and keeps the exit code. */
export class Cli {
  readonly environment: CliEnvironment;
  exitCode: ExitCode | number = 0;

  constructor(environment: CliEnvironment) {
    this.environment = environment;
  }

  /** Gives a command `--json` and its body. `Options` are the command's own, as commander parses them. */
  define<Options extends object>(
    command: Command,
    body: (context: CommandContext, args: readonly string[], options: Options) => Promise<ExitCode | number>,
  ): void {
    command.option('--json', 'print the result as JSON, alone on stdout');
    command.action(async () => {
      const options = command.opts<Options & { json?: boolean }>();
      const { stdout, stderr } = this.environment;
      const output = new Output(options.json === true, stdout, stderr);
      try {
        this.exitCode = await body(
          { ...this.environment, output },
          command.processedArgs as string[],
          options,
        );
      } catch (thrown) {
        const error = FoveaError.from(thrown);
        output.error(error);
        this.exitCode = exitOf(error);
      }
    });
  }
}

/** The error of an option that makes no sense. */
export function usageError(message: string, next: string): FoveaError {
  return new FoveaError('usage', message, { next });
}
