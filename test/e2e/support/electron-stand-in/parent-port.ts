/** Preloaded into the backend's process: `process.parentPort` over the child's IPC, ports included. */
import { EventEmitter } from 'node:events';
import { MessageChannelMain, type StandInPort } from './ports.ts';
import type { UtilityMessage } from './utility-process.ts';

const near = new Map<number, StandInPort>();
const parentPort = Object.assign(new EventEmitter(), {
  postMessage: (data: unknown) => send({ type: 'message', data, ports: [] }),
});

process.on('message', (message: UtilityMessage) => {
  if (message.type === 'message') {
    parentPort.emit('message', { data: message.data, ports: message.ports.map(open) });
  } else if (message.type === 'port') {
    near.get(message.port)?.postMessage(message.data);
  } else {
    near.get(message.port)?.close();
  }
});
// Electron ends a utility process with its parent.
process.on('disconnect', () => process.exit(1));

/** A port that was transferred here; its near end is wired to the parent. */
function open(id: number): StandInPort {
  const { port1, port2 } = new MessageChannelMain();
  near.set(id, port1);
  port1.on('message', ({ data }: { data: unknown }) => send({ type: 'port', port: id, data }));
  port1.on('close', () => {
    near.delete(id);
    send({ type: 'port-close', port: id });
  });
  port1.start();
  return port2;
}

function send(message: UtilityMessage): void {
  if (process.connected) process.send?.(message);
}

Object.assign(process, { parentPort });
