/** The page's one {@link Opening}, for its components. */
import { createContext } from 'svelte';
import type { Opening } from './opening.ts';

export const [getOpening, setOpening] = createContext<Opening>();
