/** Both ends in one process: the transport of tests and of hosts that need no wire. Frames are copied and arrive later. */
import { ChannelEnds, type Channel } from '../../../src-shared/rpc/channel.ts';

/** Two channels, each the other's far end. */
export function memoryPair(): [Channel, Channel] {
  const left = new ChannelEnds();
  const right = new ChannelEnds();
  const close = (): void => {
    queueMicrotask(() => {
      left.markClosed();
      right.markClosed();
    });
  };
  const end = (own: ChannelEnds, far: ChannelEnds): Channel => ({
    send: (frame) => {
      if (own.closed) return;
      const copy = frame.slice();
      queueMicrotask(() => far.deliver(copy));
    },
    onFrame: (listener) => own.setFrameListener(listener),
    onClose: (listener) => own.addCloseListener(listener),
    close,
    buffered: () => 0,
  });
  return [end(left, right), end(right, left)];
}
