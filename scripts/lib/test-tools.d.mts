/** Path of a Chromium: CHROME_PATH, one on the PATH, or a usual place; null when there is none. */
export declare function findChromium(): string | null;
/** Makes sure of Xvfb, the display of specs on a real Electron; whether it is there. */
export declare function ensureXvfb(): boolean;
