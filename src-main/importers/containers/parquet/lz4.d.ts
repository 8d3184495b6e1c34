declare module 'hyparquet-compressors/src/lz4.js' {
  /** With Hadoop's frames, or without. @param outputLength of the page */
  export function decompressLz4(input: Uint8Array, outputLength: number): Uint8Array;
  export function decompressLz4Raw(input: Uint8Array, outputLength: number): Uint8Array;
}
