/**
 * `npm run bench`: what the engine costs on this machine. `--json` prints one object on stdout; without it a table.
 * Numbers are of this run on the CPU and are never asserted.
 */
import { parseArgs } from 'node:util';
import { measureInFlight, measureJoin } from './in-flight.ts';
import { measureLoad } from './load-memory.ts';
import { measureReuse } from './second-stage.ts';
import { measureTaps, openBench } from './taps.ts';

const QUESTIONS = 8;
const ROUNDS = 7;

const { values } = parseArgs({ options: { json: { type: 'boolean' } } });
const say = (text: string) => process.stderr.write(`${text}\n`);

say('labelling, generating, teacher forcing …');
const bench = await openBench(QUESTIONS);
const taps = await measureTaps(bench, ROUNDS);
say('second stage …');
const reuse = await measureReuse(bench, ROUNDS);
await bench.dispose();
say('many in flight …');
const inFlight = await measureInFlight(40, 3);
const join = await measureJoin(5);
say('loading a large checkpoint …');
const load = await measureLoad();

const round = (value: number) => Number(value.toPrecision(4));
type Mode = 'own' | 'given';
type Width = 1 | 4 | 8;
function rates(mode: Mode, measured: Readonly<Record<string, number>>) {
  const entries = Object.entries(measured).map(([width, rate]) => [
    `${mode}_in_flight_${width}`,
    round(rate),
  ]);
  return Object.fromEntries(entries) as Record<`${Mode}_in_flight_${Width}`, number>;
}
const numbers = {
  taps_ratio: round(taps.tapsRatio),
  load_anon_over_file: round(load.anonOverFile),
  second_stage_reuse_speedup: round(reuse),
  teacher_forced_speedup: round(taps.teacherForcedSpeedup),
  labels_per_second: round(taps.labelsPerSecond),
  ...rates('own', inFlight.self),
  ...rates('given', inFlight.teacher),
  join_gap_ms: round(join.chunks),
  join_gap_whole_over_chunks: round(join.whole / join.chunks),
  load_seconds: round(load.loadSeconds),
  load_file_mb: round(load.fileMB),
};
const MEANING: Record<keyof typeof numbers, string> = {
  taps_ratio: 'labelling time with taps ÷ plain generation',
  load_anon_over_file: 'anonymous memory grown on load ÷ size of the file',
  second_stage_reuse_speedup: 'second stage without ÷ with the prefix reused',
  teacher_forced_speedup: 'labelling with own answers ÷ with given answers',
  labels_per_second: 'samples labelled per second, own answers',
  own_in_flight_1: 'samples per processor second, second look included, one in flight, own answers',
  own_in_flight_4: '… four in flight',
  own_in_flight_8: '… eight in flight',
  given_in_flight_1: '… one in flight, given answers',
  given_in_flight_4: '… four in flight',
  given_in_flight_8: '… eight in flight',
  join_gap_ms: 'longest time between two tokens of a sample while a prompt of 1,900 tokens joins',
  join_gap_whole_over_chunks: '… with the prompt in one piece ÷ in chunks',
  load_seconds: 'seconds to load it, warm',
  load_file_mb: 'megabytes of the generated checkpoint',
};
const table = Object.entries(MEANING).map(
  ([name, meaning]) =>
    `${name.padEnd(28)}${String(numbers[name as keyof typeof numbers]).padStart(8)}  ${meaning}`,
);
process.stdout.write(`${values.json ? JSON.stringify(numbers) : table.join('\n')}\n`);
