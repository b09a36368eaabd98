import { inflateSync } from 'node:zlib';

/**
 * A value of a MAT-file as plain data: a 1x1 array is a number, a row or column a list, a matrix the list of its rows, an empty array an empty list; char
 * arrays are text, a 1x1 struct its fields, other structs and cells lists of their elements. Sparse matrices are filled up with zeros.
 */
export type MatValue = number | string | readonly MatValue[] | { readonly [field: string]: MatValue };

/** What a file that calls itself a MAT-file does wrong, or uses that mfnc does not read: a clause without a subject's article, as `it is cut off`. */
export class MatFileError extends Error {}

const headerLength = 128;
const largestContent = 2 ** 28;

/** Whether bytes are those of a MAT-file of MATLAB 5 or later, by their header. */
export function isMatFile(bytes: Uint8Array): boolean {
  return /^MATLAB [57]\.\d MAT-file/.test(Buffer.from(bytes.subarray(0, 19)).toString('latin1'));
}

/**
 * Reads the variables of a MAT-file of level 5 (MATLAB 5 to 7, `-v6` and `-v7`; MathWorks, "MAT-File Format"), compressed or not, in either byte order.
 * @returns the variables by name.
 * @throws MatFileError for a damaged file, for level 7.3 and for complex numbers, objects and functions.
 */
export function readMatFile(bytes: Uint8Array): Map<string, MatValue> {
  const header = Buffer.from(bytes.subarray(0, headerLength)).toString('latin1');
  if (header.startsWith('MATLAB 7')) throw new MatFileError("it is of level 7.3 (HDF5). Save it again in MATLAB with save(..., '-v7')");
  const order = header.slice(126, 128);
  if (order !== 'IM' && order !== 'MI') throw new MatFileError('its header is damaged');
  try {
    const reader = new ElementReader(bytes.subarray(headerLength), order === 'IM');
    const variables = new Map<string, MatValue>();
    while (!reader.atEnd) {
      const { name, value } = readVariable(reader);
      variables.set(name, value);
    }
    return variables;
  } catch (error) {
    if (error instanceof MatFileError) throw error;
    throw new MatFileError('it is cut off or damaged', { cause: error });
  }
}

/** Data types of elements. */
const numberTypes: Readonly<
  Record<number, { readonly size: number; readonly read: (view: DataView, at: number, little: boolean) => number }>
> = {
  1: { size: 1, read: (view, at) => view.getInt8(at) },
  2: { size: 1, read: (view, at) => view.getUint8(at) },
  3: { size: 2, read: (view, at, little) => view.getInt16(at, little) },
  4: { size: 2, read: (view, at, little) => view.getUint16(at, little) },
  5: { size: 4, read: (view, at, little) => view.getInt32(at, little) },
  6: { size: 4, read: (view, at, little) => view.getUint32(at, little) },
  7: { size: 4, read: (view, at, little) => view.getFloat32(at, little) },
  9: { size: 8, read: (view, at, little) => view.getFloat64(at, little) },
  12: { size: 8, read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  13: { size: 8, read: (view, at, little) => Number(view.getBigUint64(at, little)) },
  // UTF-8, UTF-16 and UTF-32, of which names and short texts use what one unit holds.
  16: { size: 1, read: (view, at) => view.getUint8(at) },
  17: { size: 2, read: (view, at, little) => view.getUint16(at, little) },
  18: { size: 4, read: (view, at, little) => view.getUint32(at, little) },
};
const matrixType = 14;
const compressedType = 15;

interface Element {
  readonly type: number;
  readonly data: Uint8Array;
}

/** Reads tagged elements one after the other. */
class ElementReader {
  private at = 0;
  private readonly view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    readonly little: boolean,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get atEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  next(): Element {
    const word = this.view.getUint32(this.at, this.little);
    // Up to four bytes of data stand in the tag itself.
    if (word >>> 16 !== 0) {
      const data = this.part(this.at + 4, word >>> 16);
      this.at += 8;
      return { type: word & 0xffff, data };
    }
    const length = this.view.getUint32(this.at + 4, this.little);
    const data = this.part(this.at + 8, length);
    this.at += 8 + (word === compressedType ? length : Math.ceil(length / 8) * 8);
    return { type: word, data };
  }

  /** The numbers of the next element. */
  numbers(): number[] {
    const { type, data } = this.next();
    const format = numberTypes[type];
    if (format === undefined) throw new MatFileError(`it has numbers of the unknown type ${type}`);
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    return Array.from({ length: data.length / format.size }, (_, i) => format.read(view, i * format.size, this.little));
  }

  text(): string {
    return String.fromCharCode(...this.numbers());
  }

  private part(start: number, length: number): Uint8Array {
    if (start + length > this.bytes.length) throw new MatFileError('it is cut off or damaged');
    return this.bytes.subarray(start, start + length);
  }
}

/** The next array, with its name; elements of cells and structs have none. */
function readVariable(reader: ElementReader): { readonly name: string; readonly value: MatValue } {
  const { type, data } = reader.next();
  if (type === compressedType) {
    const inflated = inflateSync(data, { maxOutputLength: largestContent });
    return readVariable(new ElementReader(inflated, reader.little));
  }
  if (type !== matrixType) throw new MatFileError(`it has an element of the unknown type ${type}`);
  if (data.length === 0) return { name: '', value: [] };
  return readArray(new ElementReader(data, reader.little));
}

/** Classes of arrays that are not numeric; those from 6 to 15 are. */
const classes = { cell: 1, struct: 2, char: 4, sparse: 5 } as const;

function readArray(reader: ElementReader): { readonly name: string; readonly value: MatValue } {
  const [flags = 0] = reader.numbers();
  const dimensions = reader.numbers();
  const name = reader.text();
  const kind = flags & 0xff;
  const count = dimensions.reduce((product, length) => product * length, 1);
  if ((flags & 0x800) !== 0) throw new MatFileError(`\`${name}\` has complex numbers`);
  if (dimensions.length > 2 && kind > classes.struct) throw new MatFileError(`\`${name}\` has ${dimensions.length} dimensions`);
  const [rows = 0, columns = 0] = dimensions;
  const elements = <T>(read: () => T) => Array.from({ length: count }, read);
  switch (kind) {
    case classes.cell:
      return { name, value: elements(() => readVariable(reader).value) };
    case classes.struct: {
      const [length = 1] = reader.numbers();
      const names = reader.text();
      const fields = Array.from(
        { length: names.length / length },
        (_, i) => names.slice(i * length, (i + 1) * length).split('\0')[0] ?? '',
      );
      const read = () => Object.fromEntries(fields.map((field) => [field, readVariable(reader).value]));
      return { name, value: count === 1 ? read() : elements(read) };
    }
    case classes.char:
      return { name, value: reader.text() };
    case classes.sparse:
      return { name, value: plain(readSparse(reader, rows, columns), rows, columns) };
  }
  if (kind < 6 || kind > 15) throw new MatFileError(`\`${name}\` is no array of numbers, text, cells or structs`);
  const values = reader.numbers();
  if (values.length !== count) throw new MatFileError('it is cut off or damaged');
  return { name, value: plain(values, rows, columns) };
}

/** Fills up a sparse matrix. @returns its values by columns. */
function readSparse(reader: ElementReader, rows: number, columns: number): number[] {
  const [places, starts, values] = [reader.numbers(), reader.numbers(), reader.numbers()];
  if (rows * columns > largestContent / 8) throw new MatFileError('it has a sparse matrix of too many numbers');
  const dense = new Array<number>(rows * columns).fill(0);
  for (let column = 0; column < columns; column++) {
    for (let i = starts[column] as number; i < (starts[column + 1] as number); i++) {
      dense[column * rows + (places[i] as number)] = values[i] as number;
    }
  }
  return dense;
}

/** @param values by columns. */
function plain(values: readonly number[], rows: number, columns: number): MatValue {
  if (values.length === 1) return values[0] as number;
  if (rows <= 1 || columns <= 1) return values;
  return Array.from({ length: rows }, (_, y) => Array.from({ length: columns }, (_, x) => values[x * rows + y] as number));
}
