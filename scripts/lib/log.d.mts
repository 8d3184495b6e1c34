/** One line on stderr about what set-up is doing. */
export declare function say(line: string): void;
