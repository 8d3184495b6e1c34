import type { Handlers } from './context.ts';

export const preferenceHandlers = {
  'preferences.get': async ({ preferences }) => ({ values: await preferences.get() }),
  'preferences.set': async ({ preferences }, { values }) => {
    await preferences.set(values);
    return {};
  },
} satisfies Partial<Handlers>;
