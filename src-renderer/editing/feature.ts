/** Correcting a label: tools, and what changes it as a whole. */
import { BG, FG, IGNORE } from '../../src-shared/kernels/types.ts';
import { getCommands } from '../shell/commands.svelte.ts';
import { feature } from '../shell/feature.svelte.ts';
import { COMMANDS } from './commands.ts';
import { getCopying } from './copying.svelte.ts';
import { getEditing } from './editing.svelte.ts';
import { grow, shrink } from './grow.ts';
import { setTools, Tools } from './tools.svelte.ts';

export default feature({
  name: 'editing',
  commands: COMMANDS,
  begin() {
    const [commands, editing, copying] = [getCommands(), getEditing(), getCopying()];
    const tools = setTools(new Tools());
    return {
      acts: {
        select: () => void (tools.tool = 'select'),
        brush: () => void (tools.tool = 'brush'),
        eraser: () => void (tools.tool = 'eraser'),
        rectangle: () => void (tools.tool = 'rectangle'),
        polygon: () => void (tools.tool = 'polygon'),
        fill: () => void (tools.tool = 'fill'),
        foreground: () => tools.choose(FG),
        background: () => tools.choose(BG),
        ignore: () => tools.choose(IGNORE),
        brushSmaller: () => tools.resize(-1),
        brushLarger: () => tools.resize(1),
        grow: () => editing.change(grow),
        shrink: () => editing.change(shrink),
        copyLabel: () => void (copying.open = editing.label !== null),
        compare: {
          run: () => void (editing.comparing = !editing.comparing),
          hold: (on) => void (editing.comparing = on),
        },
        difference: () => void (tools.difference = !tools.difference),
        cancel: () => void commands.giveUp('review'),
      },
      givesUp: [{ on: 'review', giveUp: () => editing.cancel() }],
    };
  },
});
