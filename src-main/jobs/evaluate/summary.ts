/** An evaluation as `fovea eval --json` prints it: by what was measured, then by method. */
import type {
  DifferenceFound,
  EvaluationTable,
  Gate,
  GroupThroughput,
  MethodNumbers,
} from '../../../src-shared/contract/evaluation.ts';

/** Of one method: a number with its interval, and how it differs from what it is compared with. */
interface Measured {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
  /** Accuracy: against the picture alone; of `truth` the zooming gap. AUC: against raw attention. */
  readonly difference: DifferenceFound | null;
}

export interface EvaluationSummary {
  /** Samples. */
  readonly n: number;
  readonly accuracy: Readonly<Record<string, Measured>>;
  readonly auc: Readonly<Record<string, Measured>>;
  readonly throughput: Readonly<
    Record<
      string,
      {
        readonly relative: number | null;
        readonly perSecond: number;
        readonly wallRelative: number | null;
        readonly wallPerSecond: number;
        /** Over benchmarks together, by the authors' rule; empty: none of them was measured. */
        readonly groups: readonly GroupThroughput[];
        /** How much more memory the engine process held at most while it answered. */
        readonly memoryBytes: number | null;
      }
    >
  >;
  /** By kind of slice, then by value, then by method. */
  readonly slices: Readonly<
    Record<
      string,
      Readonly<Record<string, { readonly n: number } & Pick<EvaluationSummary, 'accuracy' | 'auc'>>>
    >
  >;
  /** How many answers each method fixed and broke, beside those right and wrong, and where it failed. */
  readonly outcomes: Readonly<Record<string, MethodNumbers['outcomes'] & { readonly failed: number }>>;
  /** By method, then by signal: the crop taken only where it is needed, measured on the half it was not chosen on. */
  readonly gates: Readonly<Record<string, Readonly<Record<string, Omit<Gate, 'method' | 'signal'>>>>>;
}

export function summaryOf({ samples, methods, slices, gates }: EvaluationTable): EvaluationSummary {
  const kinds = [...new Set(slices.map(({ by }) => by))];
  return {
    n: samples,
    accuracy: accuracyOf(methods),
    auc: aucOf(methods),
    throughput: byMethod(
      methods,
      ({ throughput, memoryBytes }) => throughput && { ...throughput, memoryBytes },
    ),
    slices: Object.fromEntries(
      kinds.map((by) => [
        by,
        Object.fromEntries(
          slices
            .filter((slice) => slice.by === by)
            .map((slice) => [
              slice.value,
              { n: slice.samples, accuracy: accuracyOf(slice.methods), auc: aucOf(slice.methods) },
            ]),
        ),
      ]),
    ),
    outcomes: byMethod(methods, ({ outcomes, failed }) => ({ ...outcomes, failed })),
    gates: gatesBy(gates),
  };
}

function gatesBy(gates: readonly Gate[]): EvaluationSummary['gates'] {
  const methods = [...new Set(gates.map(({ method }) => method))];
  return Object.fromEntries(
    methods.map((method) => [
      method,
      Object.fromEntries(
        gates
          .filter((gate) => gate.method === method)
          .map(({ method: _, signal, ...found }) => [signal, found]),
      ),
    ]),
  );
}

function accuracyOf(methods: readonly MethodNumbers[]): EvaluationSummary['accuracy'] {
  return byMethod(methods, ({ accuracy, gain }) => accuracy && { ...accuracy, difference: gain });
}

function aucOf(methods: readonly MethodNumbers[]): EvaluationSummary['auc'] {
  return byMethod(methods, ({ means, aucGain }) => means.auc && { ...means.auc, difference: aucGain });
}

/** Methods that have no such number are left out. */
function byMethod<T>(
  methods: readonly MethodNumbers[],
  of: (numbers: MethodNumbers) => T | null,
): Readonly<Record<string, T>> {
  return Object.fromEntries(
    methods.flatMap((numbers) => {
      const value = of(numbers);
      return value === null ? [] : [[numbers.method, value] as const];
    }),
  );
}
