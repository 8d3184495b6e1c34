/**
 * What one session made and another is fed, on the device where that can be (device.ts, `STAYS`). ONNX Runtime's binding for
 * Node frees such memory when it is told to and cannot read it back: a session whose outputs come to the host does that.
 */
import type { Tensor } from '../onnxruntime.ts';

const FLOAT = 4;

/** Float32 rows `[rows, width]` that nobody changes. */
export class Resident {
  readonly tensor: Tensor;

  constructor(tensor: Tensor) {
    this.tensor = tensor;
  }

  get rows(): number {
    return this.tensor.dims[0] ?? 0;
  }

  /** Memory it takes. */
  get bytes(): number {
    return FLOAT * this.tensor.dims.reduce((product, length) => product * length, 1);
  }

  /** Gives the memory back; what is still to run on it does. */
  release(): void {
    this.tensor.dispose();
  }
}
