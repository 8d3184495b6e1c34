/** The checkout's root folder. */
export declare const root: string;
