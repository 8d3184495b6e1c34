import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { runCli } from '../../../src-main/app/cli/run.ts';

async function help(...command: string[]): Promise<string> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const code = await runCli([...command, '--help'], {
    stdin,
    stdout,
    stderr,
    signal: new AbortController().signal,
  });
  assert.equal(code, 0, command.join(' '));
  return String(stdout.read());
}

/** Names in the list of commands of a help text. */
function commandsOf(text: string): string[] {
  const [, list = ''] = text.split('\nCommands:\n');
  return [...list.matchAll(/^ {2}([a-z][a-z-]*)/gm)]
    .map(([, name]) => name)
    .filter((name) => name !== 'help');
}

async function everyHelp(command: string[]): Promise<Map<string, string>> {
  const text = await help(...command);
  const found = new Map([[command.join(' '), text]]);
  for (const name of commandsOf(text))
    for (const entry of await everyHelp([...command, name])) found.set(...entry);
  return found;
}

test('no help tells of a default that means nothing', async () => {
  const all = await everyHelp([]);
  assert.ok(all.size > 15, [...all.keys()].join());
  for (const [command, text] of all) {
    assert.doesNotMatch(text, /default: (?:null|undefined|NaN|\[\]|"")/, command);
  }
});
