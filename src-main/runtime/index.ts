/** The runtime's door: load a checkpoint, get a model. Everything of ONNX Runtime stays behind it. */
export type { Device, DeviceChoice } from './device.ts';
export { knownDevices } from './device.ts';
export type { LoadedModel, LoadInfo, LoadOptions } from './load.ts';
export { loadBranch } from './branch.ts';
export { loadModel, precisionFor } from './load.ts';
export { SELF_CHECK_LIMIT } from './self-check.ts';
