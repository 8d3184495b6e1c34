/**
 * The contract: every call the renderer can make of the main side and every event it can hear. Transports carry it,
 * handlers implement it, both sides parse with these schemas and nothing else.
 */
import type { z } from 'zod';
import type { events } from './procedures/events.ts';
import { exchangeProcedures } from './procedures/exchange.ts';
import { jobProcedures } from './procedures/jobs.ts';
import { modelProcedures } from './procedures/models.ts';
import { projectProcedures } from './procedures/project.ts';
import { reviewProcedures } from './procedures/reviews.ts';
import { sampleProcedures } from './procedures/samples.ts';

export { events } from './procedures/events.ts';
export {
  exportFormatSchema,
  exportReportSchema,
  type ExportFormat,
  type ExportReport,
} from './procedures/exchange.ts';
export { sampleFilterSchema, type SampleFilter } from './procedures/samples.ts';
export type { ListedModel } from './procedures/models.ts';

/** One file per namespace in `procedures/`. */
export const procedures = {
  ...projectProcedures,
  ...sampleProcedures,
  ...reviewProcedures,
  ...jobProcedures,
  ...modelProcedures,
  ...exchangeProcedures,
} as const;

export type ProcedureName = keyof typeof procedures;
export type ProcedureInput<N extends ProcedureName> = z.input<(typeof procedures)[N]['input']>;
export type ProcedureParsedInput<N extends ProcedureName> = z.output<(typeof procedures)[N]['input']>;
export type ProcedureOutput<N extends ProcedureName> = z.output<(typeof procedures)[N]['output']>;

export type EventName = keyof typeof events;
export type EventPayload<N extends EventName> = z.output<(typeof events)[N]>;

/** The client both sides program against; every transport gives one. */
export interface RpcClient {
  call<N extends ProcedureName>(name: N, input: ProcedureInput<N>): Promise<ProcedureOutput<N>>;
  on<N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void): () => void;
  /** Connection state, for the UI: a closed one keeps failing calls with `io` until it is back. */
  onConnection(listener: (open: boolean) => void): () => void;
  close(): void;
}
