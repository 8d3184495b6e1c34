/**
 * Opcodes of pickle protocols 2 to 5 by their byte, each with what follows it (PEP 307, 3154, 574; names as in Python's
 * `pickletools`). Those that run code, or reach outside the file, are here to be refused by name.
 */

/** What stands behind an opcode: fixed bytes, lines, or a length and so many bytes. */
export type Argument = 0 | 1 | 2 | 4 | 8 | 'two lines' | 'counted1' | 'counted4' | 'counted8';

export type OpName =
  | 'PROTO'
  | 'FRAME'
  | 'STOP'
  | 'NONE'
  | 'TRUE'
  | 'FALSE'
  | 'BININT'
  | 'BININT1'
  | 'BININT2'
  | 'LONG1'
  | 'LONG4'
  | 'BINFLOAT'
  | 'SHORT_BINUNICODE'
  | 'BINUNICODE'
  | 'BINUNICODE8'
  | 'SHORT_BINBYTES'
  | 'BINBYTES'
  | 'BINBYTES8'
  | 'BYTEARRAY8'
  | 'EMPTY_LIST'
  | 'EMPTY_TUPLE'
  | 'EMPTY_DICT'
  | 'EMPTY_SET'
  | 'MARK'
  | 'POP'
  | 'POP_MARK'
  | 'DUP'
  | 'LIST'
  | 'DICT'
  | 'TUPLE'
  | 'TUPLE1'
  | 'TUPLE2'
  | 'TUPLE3'
  | 'FROZENSET'
  | 'APPEND'
  | 'APPENDS'
  | 'SETITEM'
  | 'SETITEMS'
  | 'ADDITEMS'
  | 'BINGET'
  | 'LONG_BINGET'
  | 'BINPUT'
  | 'LONG_BINPUT'
  | 'MEMOIZE'
  | 'GLOBAL'
  | 'STACK_GLOBAL'
  | 'REDUCE'
  | 'BUILD';

export interface Opcode {
  readonly name: OpName;
  readonly argument: Argument;
}

const READ: readonly (readonly [byte: number, name: OpName, argument?: Argument])[] = [
  [0x80, 'PROTO', 1],
  [0x95, 'FRAME', 8],
  [0x2e, 'STOP'],
  [0x4e, 'NONE'],
  [0x88, 'TRUE'],
  [0x89, 'FALSE'],
  [0x4a, 'BININT', 4],
  [0x4b, 'BININT1', 1],
  [0x4d, 'BININT2', 2],
  [0x8a, 'LONG1', 'counted1'],
  [0x8b, 'LONG4', 'counted4'],
  [0x47, 'BINFLOAT', 8],
  [0x8c, 'SHORT_BINUNICODE', 'counted1'],
  [0x58, 'BINUNICODE', 'counted4'],
  [0x8d, 'BINUNICODE8', 'counted8'],
  [0x43, 'SHORT_BINBYTES', 'counted1'],
  [0x42, 'BINBYTES', 'counted4'],
  [0x8e, 'BINBYTES8', 'counted8'],
  [0x96, 'BYTEARRAY8', 'counted8'],
  [0x5d, 'EMPTY_LIST'],
  [0x29, 'EMPTY_TUPLE'],
  [0x7d, 'EMPTY_DICT'],
  [0x8f, 'EMPTY_SET'],
  [0x28, 'MARK'],
  [0x30, 'POP'],
  [0x31, 'POP_MARK'],
  [0x32, 'DUP'],
  [0x6c, 'LIST'],
  [0x64, 'DICT'],
  [0x74, 'TUPLE'],
  [0x85, 'TUPLE1'],
  [0x86, 'TUPLE2'],
  [0x87, 'TUPLE3'],
  [0x91, 'FROZENSET'],
  [0x61, 'APPEND'],
  [0x65, 'APPENDS'],
  [0x73, 'SETITEM'],
  [0x75, 'SETITEMS'],
  [0x90, 'ADDITEMS'],
  [0x68, 'BINGET', 1],
  [0x6a, 'LONG_BINGET', 4],
  [0x71, 'BINPUT', 1],
  [0x72, 'LONG_BINPUT', 4],
  [0x94, 'MEMOIZE'],
  [0x63, 'GLOBAL', 'two lines'],
  [0x93, 'STACK_GLOBAL'],
  [0x52, 'REDUCE'],
  [0x62, 'BUILD'],
];

/** By byte; undefined: not read. */
export const OPCODES: readonly (Opcode | undefined)[] = Array.from({ length: 256 }, (_, byte) => {
  const found = READ.find(([own]) => own === byte);
  return found && { name: found[1], argument: found[2] ?? 0 };
});

/** Opcodes that no file of records needs, and why they are not read. */
export const REFUSED: Readonly<Record<number, string>> = {
  0x81: 'NEWOBJ makes an object of a class',
  0x92: 'NEWOBJ_EX makes an object of a class',
  0x69: 'INST makes an object of a class',
  0x6f: 'OBJ makes an object of a class',
  0x50: 'PERSID names an object outside the file',
  0x51: 'BINPERSID names an object outside the file',
  0x82: 'EXT1 names a class by a number',
  0x83: 'EXT2 names a class by a number',
  0x84: 'EXT4 names a class by a number',
  0x97: 'NEXT_BUFFER has its bytes outside the file',
  0x98: 'READONLY_BUFFER has its bytes outside the file',
};
