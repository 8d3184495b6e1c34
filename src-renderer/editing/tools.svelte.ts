/** Which tool is in hand, what it paints and how wide. */
import { createContext } from 'svelte';
import { BG, FG, type IGNORE } from '../../src-shared/kernels/types.ts';
import { stepBrush } from '../canvas/brush.ts';

export type Tool = 'select' | 'brush' | 'eraser' | 'rectangle' | 'polygon' | 'fill';
export type PaintValue = typeof FG | typeof BG | typeof IGNORE;

/** A tool as it is used. */
export interface Hand {
  readonly tool: Tool;
  readonly value: PaintValue;
  /** Tokens across, of brush and eraser. */
  readonly size: number;
}

export class Tools {
  tool = $state<Tool>('select');
  value = $state<PaintValue>(FG);
  size = $state(1);
  /** Where the label differs from the predicted one is marked. */
  difference = $state(false);

  /** What the tool paints: the eraser paints background, which is what "not this" means in a label. */
  readonly painting = $derived<PaintValue | null>(
    this.tool === 'select' ? null : this.tool === 'eraser' ? BG : this.value,
  );
  readonly hand = $derived<Hand>({ tool: this.tool, value: this.painting ?? this.value, size: this.size });
  /** Tokens across that lie under the pointer and would be painted: 0 unless the tool is a brush. */
  readonly footprint = $derived(this.tool === 'brush' || this.tool === 'eraser' ? this.size : 0);

  /** Choosing a value means wanting to paint it: with the tool in hand, or the brush. */
  choose(value: PaintValue): void {
    this.value = value;
    if (this.tool === 'select' || this.tool === 'eraser') this.tool = 'brush';
  }

  resize(direction: 1 | -1): void {
    this.size = stepBrush(this.size, direction);
  }
}

export const [getTools, setTools] = createContext<Tools>();
