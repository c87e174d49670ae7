// Memory through which blocks reach the threads of the runtime without being copied on the way.

export class SharedBuffers {
  readonly #lent = new Set<SharedArrayBuffer>();
  readonly #free: SharedArrayBuffer[] = [];

  /** `values` in shared memory, which they are copied to unless they lie in some already; give it back after the run. */
  lend(values: Float32Array): Float32Array {
    if (values.buffer instanceof SharedArrayBuffer) return values;
    const fitting = this.#free.findIndex(({ byteLength }) => byteLength >= values.byteLength);
    const [buffer = new SharedArrayBuffer(values.byteLength)] = fitting < 0 ? [] : this.#free.splice(fitting, 1);
    this.#lent.add(buffer);
    const view = new Float32Array(buffer, 0, values.length);
    view.set(values);
    return view;
  }

  giveBack({ buffer }: Float32Array): void {
    if (buffer instanceof SharedArrayBuffer && this.#lent.delete(buffer)) this.#free.push(buffer);
  }
}
