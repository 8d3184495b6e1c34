/**
 * What a transport has to be, and no more: ordered frames of bytes and one close. Kept this small so that every
 * transport stays a page long and behaves the same under the one suite that tests them all.
 */

/** An open two-way pipe of frames. `send` after the close is ignored: the close has been or will be heard. */
export interface Channel {
  send(frame: Uint8Array): void;
  /** One listener; frames that arrived before it was set are kept for it. */
  onFrame(listener: (frame: Uint8Array) => void): void;
  /** Called once, also when set after the channel closed. @param reason why the far end closed it, where it said so */
  onClose(listener: (reason: string | null) => void): void;
  /** @param reason a few words for the far end, where the transport carries them */
  close(reason?: string): void;
  /** Bytes that were sent and have not left yet: a far end that reads slowly, or not at all. 0 where nobody can tell. */
  buffered(): number;
}

/** The listener bookkeeping every channel needs: early frames are kept, the close is told exactly once. */
export class ChannelEnds {
  #frameListener: ((frame: Uint8Array) => void) | null = null;
  #closeListeners: ((reason: string | null) => void)[] = [];
  #reason: string | null = null;
  #early: Uint8Array[] = [];
  #closed = false;

  get closed(): boolean {
    return this.#closed;
  }

  deliver(frame: Uint8Array): void {
    if (this.#closed) return;
    if (this.#frameListener) this.#frameListener(frame);
    else this.#early.push(frame);
  }

  setFrameListener(listener: (frame: Uint8Array) => void): void {
    this.#frameListener = listener;
    const early = this.#early;
    this.#early = [];
    for (const frame of early) listener(frame);
  }

  addCloseListener(listener: (reason: string | null) => void): void {
    if (this.#closed) listener(this.#reason);
    else this.#closeListeners.push(listener);
  }

  /** @returns false when it was closed already. */
  markClosed(reason: string | null = null): boolean {
    if (this.#closed) return false;
    this.#closed = true;
    this.#reason = reason;
    const listeners = this.#closeListeners;
    this.#closeListeners = [];
    for (const listener of listeners) listener(reason);
    return true;
  }
}
