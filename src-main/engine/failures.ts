/** How a call ends that the engine process did not answer. */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { FromEngine } from './wire.ts';

/** @param message how the process ended */
export function died(message: string): FoveaError {
  return new FoveaError('engine_died', message, { next: 'Try again: a new engine process is started' });
}

/** Its caller gave the call up. */
export function cancelled(): FoveaError {
  return new FoveaError('cancelled', 'the call was cancelled');
}

/** The process answered, but not what was asked. */
export function unexpected(reply: FromEngine): FoveaError {
  return new FoveaError('internal', `the engine answered with ${reply.type}`);
}
