/** Path of a Chromium: CHROME_PATH, one on the PATH, or a usual place; null when there is none. */
export declare function findChromium(): string | null;
