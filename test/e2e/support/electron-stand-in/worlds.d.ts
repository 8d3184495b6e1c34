/** Serialised into a page; see worlds.js. */
export declare function mainWorld(): void;
export declare function preloadWorld(): void;
