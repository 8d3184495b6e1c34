/** The page's beginning: styles, connection, app. Without a connection it says so and keeps trying. */
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import { mount, unmount } from 'svelte';
import { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { connect } from '../../src-shared/rpc/connect.ts';
import App from './App.svelte';
import { loadPreferences } from '../shell/stored.dom.ts';
import { Theme } from '../shell/theme.svelte.ts';
import Unreachable from './Unreachable.svelte';
import '../style/tokens.css';
import '../style/base.css';
import '../style/controls.css';
import '../style/form.css';
import '../style/cards.css';
import '../style/plots.css';
import '../style/tables.css';

// zod would compile parsers with `new Function`, which the page's Content-Security-Policy forbids.
z.config({ jitless: true });

// Before anything is drawn, and for the page that says there is no connection.
document.documentElement.dataset.theme = new Theme().shown;

const RETRY_MS = 2_000;
const target = document.querySelector('#app')!;

async function start(): Promise<void> {
  let shown: Record<string, unknown> | null = null;
  let said: string | null = null;
  for (;;) {
    try {
      const client = await connect();
      await loadPreferences(client);
      if (shown) await unmount(shown);
      mount(App, { target, props: { client } });
      return;
    } catch (thrown) {
      const error = FoveaError.from(thrown);
      if (error.message !== said) {
        if (shown) await unmount(shown);
        shown = mount(Unreachable, { target, props: { error } });
        said = error.message;
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

void start();
