/** Calls a backend as a page does, with everything it says checked against the contract. */
import {
  events,
  procedures,
  type EventName,
  type ProcedureInput,
  type ProcedureName,
  type ProcedureOutput,
} from '../../src-shared/contract/procedures.ts';
import type { Backend } from '../../src-main/rpc/backend.ts';

export interface BackendCalls {
  /** Every event so far, oldest first. */
  readonly heard: { name: EventName; payload: unknown }[];
  /** Throws what the call throws, and a ZodError where the output is not the contract's. */
  call<N extends ProcedureName>(name: N, input: ProcedureInput<N>): Promise<ProcedureOutput<N>>;
}

export function callsOf(backend: Backend): BackendCalls {
  const heard: BackendCalls['heard'] = [];
  backend.subscribe((name, payload) => {
    events[name].parse(payload);
    heard.push({ name, payload });
  });
  return {
    heard,
    call: async (name, input) => {
      const output = await backend.call(name, input);
      procedures[name].output.parse(output);
      return output;
    },
  };
}
