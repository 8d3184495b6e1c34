/**
 * How long a person waits, in the browser's own User Timing: from the input to the frame that shows its effect. Seen in
 * the browser's performance tools and by `npm run bench:ui`; nothing is kept, sent or shown.
 */

/** What a person waits for. */
export type Wait =
  'dashboard' | 'next-sample' | 'next-compared' | 'filter' | 'recipe' | 'recipe-shown' | 'sort';

const INPUTS = ['keydown', 'pointerdown', 'click', 'input', 'change'] as const;
let inputAt = 0;

/** Notes when the last input came; gives the function that stops it. */
export function watchInput(): () => void {
  const controller = new AbortController();
  const note = (event: Event): void => void (inputAt = event.timeStamp);
  for (const type of INPUTS) {
    window.addEventListener(type, note, { signal: controller.signal, capture: true, passive: true });
  }
  return () => controller.abort();
}

/** Time of the last input, on the clock of `performance.now()`. */
export function lastInput(): number {
  return inputAt;
}

/**
 * Reports `fovea:<wait>` from `start` until what was asked to be drawn so far is drawn: the frame's callbacks have
 * run and the main thread has handed the frame on.
 */
export function measureUntilDrawn(wait: Wait, start: number): void {
  afterFrame(() => {
    performance.measure(`fovea:${wait}`, { start, end: performance.now() });
    // Observers have it; the browser's list would grow for as long as the page is open.
    performance.clearMeasures(`fovea:${wait}`);
  });
}

/**
 * Reports `fovea:<wait>` as the time the page works on what `work` changes: `work` itself, what follows from it in its
 * turn, and what the next frame draws, without the wait for that frame. In a hidden page nothing is reported.
 */
export function measureWork(wait: Wait, work: () => void): void {
  const start = performance.now();
  let drawing = start;
  requestAnimationFrame(() => (drawing = performance.now()));
  work();
  const handled = performance.now() - start;
  requestAnimationFrame(() => {
    performance.measure(`fovea:${wait}`, { start, end: start + handled + performance.now() - drawing });
    performance.clearMeasures(`fovea:${wait}`);
  });
}

/** Runs `task` once the next frame is drawn; in a hidden page, which draws none, soon. */
export function afterFrame(task: () => void): void {
  if (document.hidden) {
    setTimeout(task);
    return;
  }
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      task();
    };
    port2.postMessage(null);
  });
}
