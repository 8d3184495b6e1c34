/** `--queue` and `--queue-file`, the same for every command that knows the shared queue. */
import { ADDRESS_VARIABLE, queueAddress, type QueueAddress } from '../../../workers/queue/address.ts';
import { usageError } from './command.ts';
import { decimalOf } from './number-option.ts';
import type { Output } from './output.ts';

export interface QueueOptions {
  readonly queue?: string | true;
  readonly queueFile?: string;
}

export const QUEUE_OPTION = [
  '--queue [address]',
  `PostgreSQL database of the shared queue, postgres://USER@HOST/DATABASE; without an address: from --queue-file or ${ADDRESS_VARIABLE}`,
] as const;

export const QUEUE_FILE_OPTION = [
  '--queue-file <file>',
  'file that holds the address of the queue: arguments can be read by others on this machine',
] as const;

/** Whether a command is to use the queue, by its options. */
export function wantsQueue({ queue, queueFile }: QueueOptions): boolean {
  return queue !== undefined || queueFile !== undefined;
}

/** For links that are silent for long, and for tests: seconds after which a silent worker's chunk goes to another. */
const HEARTBEAT_VARIABLE = 'FOVEA_QUEUE_HEARTBEAT';
/** The least that pg-boss takes. */
const LEAST_SECONDS = 10;

/** As the environment says; undefined: it does not. @throws FoveaError `usage` */
export function heartbeatSeconds(): number | undefined {
  const text = process.env[HEARTBEAT_VARIABLE];
  if (!text) return undefined;
  const seconds = decimalOf(text, true);
  if (Number.isSafeInteger(seconds) && seconds >= LEAST_SECONDS && seconds <= 3600) return seconds;
  throw usageError(
    `${HEARTBEAT_VARIABLE} takes whole seconds from ${LEAST_SECONDS} to 3600, not ${JSON.stringify(text)}`,
    'Leave it out for a minute',
  );
}

/** The address; notes where others could read it. @throws FoveaError `usage` without one */
export async function addressOf({ queue, queueFile }: QueueOptions, output: Output): Promise<QueueAddress> {
  const address = await queueAddress({ argument: queue, file: queueFile }, process.env);
  if (address.note !== null) output.note(address.note);
  return address;
}
