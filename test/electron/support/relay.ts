/**
 * In the place of the backend in the tests' Electron: a utility process that hands everything to the same backend on our
 * Node and back, ports included. It ends as that one ends; that one ends with it.
 */
import { fork } from 'node:child_process';
import { PortWire, type WirePort } from '../../e2e/support/electron-stand-in/ports.ts';
import type { UtilityMessage } from '../../e2e/support/electron-stand-in/utility-process.ts';

interface ParentPort {
  on(event: 'message', listener: (event: { data: unknown; ports: WirePort[] }) => void): unknown;
  postMessage(message: unknown): void;
}

const { parentPort: parent } = process as unknown as { parentPort: ParentPort };
const { FOVEA_TEST_NODE: node, FOVEA_TEST_BACKEND_ENTRY: entry } = process.env;

// Without a Node, as somebody starts a test build by hand: what this Electron says of a backend that it cannot run.
if (!node || !entry) await import('./backend-on-node.mjs' as string);
else relay(node, entry, process.env.FOVEA_TEST_BACKEND_IMPORTS!.split(' '));

/** @param imports modules that the backend's process loads first */
function relay(node: string, backend: string, imports: readonly string[]): void {
  const child = fork(backend, process.argv.slice(2), {
    execPath: node,
    execArgv: ['--disable-warning=ExperimentalWarning', ...imports.map((url) => `--import=${url}`)],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const send = (message: UtilityMessage): void => {
    if (child.connected) child.send(message);
  };
  const wire = new PortWire(send);
  parent.on('message', ({ data, ports }) => send({ type: 'message', data, ports: wire.transfer(ports) }));
  child.on('message', (message: UtilityMessage) => {
    if (message.type === 'message') parent.postMessage(message.data);
    else if (message.type === 'port') wire.deliver(message.port, message.data);
    else wire.closed(message.port);
  });
  child.on('exit', (code, signal) => {
    // What it said last is on its way still.
    setTimeout(() => (signal === null ? process.exit(code ?? 1) : process.kill(process.pid, signal)), 100);
  });
}
