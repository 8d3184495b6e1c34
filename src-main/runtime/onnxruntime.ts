/**
 * ONNX Runtime, silent: since 1.29 its builds for Linux and macOS send events to their maker over HTTPS and keep an identifier of
 * the machine in the person's cache folder, unless this variable says no when the library is loaded
 * (https://github.com/microsoft/onnxruntime/blob/main/docs/Privacy.md, “Disabling Telemetry”; pull requests 27379 and 29843).
 * Windows builds send nothing themselves: their trace events are recorded where somebody traces, and no JavaScript call ends that.
 */
import type * as Ort from 'onnxruntime-node';

process.env.ORT_DISABLE_TELEMETRY = '1';

// Static imports run before the line above, in a bundle all of them.
const ort = await import('onnxruntime-node');

export const { InferenceSession, Tensor, env, listSupportedBackends } = ort;
export type InferenceSession = Ort.InferenceSession;
export type Tensor = Ort.Tensor;
export type SessionOptions = Ort.InferenceSession.SessionOptions;
export type RunOptions = Ort.InferenceSession.RunOptions;
