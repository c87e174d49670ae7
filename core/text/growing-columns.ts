// A table of 32-bit numbers that grows row by row: chunks of fixed size, so that growing copies nothing and a million rows
// take what they need and no more. A chunk keeps each column together, because readers go down one column.

const ROWS_OF_A_CHUNK = 1 << 14;

export class GrowingColumns {
  readonly #columns: number;
  readonly #chunks: Int32Array[] = [];
  #count = 0;

  constructor(columns: number) {
    this.#columns = columns;
  }

  get count(): number {
    return this.#count;
  }

  /** Adds a row of zeros and gives its number. */
  addRow(): number {
    const row = this.#count++;
    if (row % ROWS_OF_A_CHUNK === 0) this.#chunks.push(new Int32Array(this.#columns * ROWS_OF_A_CHUNK));
    return row;
  }

  at(row: number, column: number): number {
    return this.#chunks[row >>> 14]![column * ROWS_OF_A_CHUNK + (row & (ROWS_OF_A_CHUNK - 1))]!;
  }

  set(row: number, column: number, value: number): void {
    this.#chunks[row >>> 14]![column * ROWS_OF_A_CHUNK + (row & (ROWS_OF_A_CHUNK - 1))] = value;
  }
}
