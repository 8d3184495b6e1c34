/**
 * The backend inside Electron: a utility process that serves ports handed to it by main. It ends when main says so, and
 * by itself when main is gone.
 */
import { parseArgs } from 'node:util';
import { FoveaError, wireErrorSchema, type WireError } from '../../../src-shared/contract/errors.ts';
import { messagePortChannel } from '../../../src-shared/rpc/message-port-channel.ts';
import { mainPort, type MainPort } from '../../rpc/transports/electron-port.ts';
import { serveChannel } from '../../rpc/transports/serve.ts';
import { openBackend, type OpenedBackend } from '../backend.ts';
import { toBackendSchema, type ToMain } from './control.ts';

/** `process.parentPort` of a utility process, as far as it is used. */
interface ParentPort {
  on(event: 'message', listener: (event: { data: unknown; ports: MainPort[] }) => void): unknown;
  postMessage(message: unknown): void;
}

const parent = (process as unknown as { parentPort: ParentPort }).parentPort;
const say = (message: ToMain): void => parent.postMessage(message);

const { values } = parseArgs({
  options: { project: { type: 'string' }, ended: { type: 'string' } },
  strict: false,
});
const projectPath = typeof values.project === 'string' ? values.project : null;

try {
  serve(await openBackend({ host: 'electron', projectPath, ended: endedBefore() }));
  say({ type: 'ready' });
} catch (error) {
  say({ type: 'failed', error: FoveaError.from(error).toWire() });
  // The message needs a turn of the loop to leave.
  setTimeout(() => process.exit(1), 100);
}

/** Why the backend before this one ended, as main says. */
function endedBefore(): WireError | null {
  if (typeof values.ended !== 'string') return null;
  return wireErrorSchema.parse(JSON.parse(values.ended));
}

function serve(backend: OpenedBackend): void {
  let path = projectPath;
  backend.subscribe((name, payload) => {
    if (name !== 'project.changed' || !('path' in payload) || payload.path === path) return;
    path = payload.path;
    say({ type: 'project', path });
  });
  parent.on('message', ({ data, ports }) => {
    const message = toBackendSchema.safeParse(data);
    if (!message.success) return;
    switch (message.data.type) {
      case 'port':
        for (const port of ports) serveChannel(messagePortChannel(mainPort(port)), backend);
        break;
      case 'picture': {
        const { request, id } = message.data;
        void backend.imageFile(id).then(
          (file) => say({ type: 'picture', request, file }),
          () => say({ type: 'picture', request, file: null }),
        );
        break;
      }
      case 'close':
        void backend.dispose().finally(() => process.exit(0));
    }
  });
}
