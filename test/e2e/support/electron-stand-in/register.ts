/** Preloaded into the process that runs the real main bundle: `import … from 'electron'` finds the stand-in. */
import { registerHooks } from 'node:module';

// As in a checkout: the app's own path stands before what is asked for.
Object.assign(process, { defaultApp: true });

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron'
      ? { url: new URL('./electron.ts', import.meta.url).href, shortCircuit: true }
      : next(specifier, context),
});
