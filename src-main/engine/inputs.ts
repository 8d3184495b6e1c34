/** Requests as the wire's types take them, which do not say `readonly`: copies with plain tuples. */
import type { SourceXyxy } from '../../src-shared/kernels/types.ts';
import type {
  LabelRequest,
  LookRequest,
  PredictRequest,
  ProbeRequest,
  ReanswerRequest,
  TokensRequest,
  TryRequest,
} from './protocol.ts';
import type { ToEngine } from './wire.ts';

type Input<T extends ToEngine['type']> = Extract<ToEngine, { type: T; input: unknown }>['input'];

export function labelInput({ model, want, ...request }: LabelRequest): Input<'label'> {
  return { ...request, model: { ...model }, want: { ...want, allHeadsOf: [...want.allHeadsOf] } };
}

export function tokensInput({ model, answerTokens, ...request }: TokensRequest): Input<'tokens'> {
  return { ...request, model: { ...model }, answerTokens: [...answerTokens] };
}

export function predictInput({ model, features, ...request }: PredictRequest): Input<'predict'> {
  return { ...request, model: { ...model }, features: new Uint8Array(features) };
}

export function probeInput({ model, layers, ...request }: ProbeRequest): Input<'probe'> {
  return { ...request, model: { ...model }, layers: layers && [...layers] };
}

export function reanswerInput(request: ReanswerRequest): Input<'reanswer'> {
  const { edit, score, model } = request;
  return {
    ...request,
    model: { ...model },
    edit: edit && { kind: edit.kind, box: boxOf(edit.box) },
    score: [...score],
  };
}

export function lookInput(request: LookRequest): Input<'look'> {
  const { at, model } = request;
  const place =
    'box' in at
      ? { box: boxOf(at.box) }
      : { ...at, grid: [at.grid[0], at.grid[1]] as [number, number], bits: new Uint16Array(at.bits) };
  return { ...request, model: { ...model }, at: place };
}

export function tryInput({ model, boxes, ...request }: TryRequest): Input<'tryMethod'> {
  return { ...request, model: { ...model }, ...(boxes ? { boxes: boxes.map(boxOf) } : {}) };
}

function boxOf([x0, y0, x1, y1]: SourceXyxy): [number, number, number, number] {
  return [x0, y0, x1, y1];
}
