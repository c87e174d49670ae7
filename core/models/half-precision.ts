// Half-precision numbers, as scales of quantised blocks and as stored weights.

let halfTable: Float32Array | undefined;

/** Every half-precision number by its bits: 256 KiB, filled at first use. */
export function halves(): Float32Array {
  if (halfTable !== undefined) return halfTable;
  const table = new Float32Array(65_536);
  for (let bits = 0; bits < 65_536; bits++) {
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    const magnitude =
      exponent === 31
        ? fraction === 0
          ? Infinity
          : NaN
        : exponent === 0
          ? fraction * 2 ** -24
          : (1024 + fraction) * 2 ** (exponent - 25);
    table[bits] = bits < 32_768 ? magnitude : -magnitude;
  }
  halfTable = table;
  return table;
}
