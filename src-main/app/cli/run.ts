/** The `fovea` command line as a function: arguments and streams in, exit code out. */
import { Command, CommanderError } from 'commander';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { appVersion } from '../version.ts';
import { Cli, type CliEnvironment } from './frame/command.ts';
import { COMMANDS } from './commands.ts';
import { EXIT, exitOf } from './frame/exit.ts';
import { Output } from './frame/output.ts';

/** Runs one command line (without the program's own name). */
export async function runCli(args: readonly string[], environment: CliEnvironment): Promise<number> {
  const cli = new Cli(environment);
  const program = new Command('fovea')
    .description('Audit where a multimodal LLM looks, correct its pseudo-RoI labels, export them.')
    .version(appVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => environment.stdout.write(text),
      // Commander's own wording goes through our one-line form below.
      writeErr: () => undefined,
    });
  for (const add of COMMANDS) add(program, cli);
  for (const command of everyCommand(program)) command.exitOverride().copyInheritedSettings(program);
  try {
    await program.parseAsync(args, { from: 'user' });
    return cli.exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return EXIT.done;
    const error = asFoveaError(thrown, program);
    new Output(args.includes('--json'), environment.stdout, environment.stderr).error(error);
    return exitOf(error);
  }
}

function asFoveaError(thrown: unknown, program: Command): FoveaError {
  if (!(thrown instanceof CommanderError)) return FoveaError.from(thrown);
  if (thrown.code === 'commander.help') {
    const names = program.commands.map((command) => command.name()).join(', ');
    return new FoveaError('usage', 'A command is needed', { next: `One of: ${names}; or fovea --help` });
  }
  const message = thrown.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  return new FoveaError('usage', message, { next: 'See fovea --help' });
}

function everyCommand(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...everyCommand(child)]);
}
