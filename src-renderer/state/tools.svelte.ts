/** Which tool is in hand, what it paints and how wide. */
import { BG, FG, type IGNORE } from '../../src-shared/kernels/types.ts';
import { stepBrush } from '../logic/brush.ts';

export type Tool = 'select' | 'brush' | 'eraser';
export type PaintValue = typeof FG | typeof BG | typeof IGNORE;

export class Tools {
  tool = $state<Tool>('select');
  value = $state<PaintValue>(FG);
  size = $state(1);

  /** What a stroke paints: the eraser paints background, which is what "not this" means in a label. */
  readonly painting = $derived<PaintValue | null>(
    this.tool === 'select' ? null : this.tool === 'eraser' ? BG : this.value,
  );

  /** Choosing a value means wanting to paint it. */
  choose(value: PaintValue): void {
    this.value = value;
    this.tool = 'brush';
  }

  resize(direction: 1 | -1): void {
    this.size = stepBrush(this.size, direction);
  }
}
