/** One shape per flag, so that it is known without its colour or words. */
import Ban from '@lucide/svelte/icons/ban';
import Flag from '@lucide/svelte/icons/flag';
import Star from '@lucide/svelte/icons/star';
import type { Flag as FlagId } from '../../src-shared/contract/domain.ts';
import type { CommandId } from '../shell/names.ts';

export const FLAG_ICONS: Readonly<Record<FlagId, typeof Flag>> = {
  look_again: Flag,
  example: Star,
  bad_data: Ban,
};

export const FLAG_COMMANDS: Readonly<Record<FlagId, CommandId>> = {
  look_again: 'flagLookAgain',
  example: 'flagExample',
  bad_data: 'flagBadData',
};
