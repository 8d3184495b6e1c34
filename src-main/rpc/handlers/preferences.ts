import { FOLLOWED_PREFERENCES } from '../../../src-shared/contract/procedures/preferences.ts';
import type { Handlers } from './context.ts';

export const preferenceHandlers = {
  'preferences.get': async ({ preferences }) => ({ values: await preferences.get() }),
  'preferences.set': async ({ preferences, publish, caller }, { values }) => {
    await preferences.set(values);
    const followed = FOLLOWED_PREFERENCES.filter((name) => Object.hasOwn(values, name));
    // An invited person's are kept apart, and nobody else's windows take them.
    if (caller.name === null && followed.length > 0) {
      publish('preferences.changed', {
        values: Object.fromEntries(followed.map((name) => [name, values[name]!])),
      });
    }
    return {};
  },
} satisfies Partial<Handlers>;
