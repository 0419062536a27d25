/**
 * Eight bits a value: each row of a matrix (each output of a Linear, each word of an embedding) is a whole number from -127 to
 * 127 times the row's own scale, its largest magnitude / 127. A value is off by half a scale at most.
 */

export interface Quantised {
  /** [rows, ...] */
  values: Int8Array;
  /** [rows] */
  scales: Float32Array;
}

/** @throws RangeError where a value is not finite */
export function quantise(values: Float32Array, rows: number): Quantised {
  const width = rows ? values.length / rows : 0;
  const scales = new Float32Array(rows);
  const bytes = new Int8Array(values.length);
  for (let row = 0; row < rows; row++) {
    const of = values.subarray(row * width, (row + 1) * width);
    let largest = 0;
    for (const value of of) largest = Math.max(largest, Math.abs(value));
    if (!Number.isFinite(largest)) throw new RangeError("holds a value that is not finite, and has no 8-bit form");
    scales[row] = largest / 127;
    // A row of the smallest floats has a scale that rounds to zero: its values are zero then.
    if (scales[row] > 0)
      for (let i = 0; i < width; i++)
        bytes[row * width + i] = Math.max(-127, Math.min(127, Math.round(of[i] / scales[row])));
  }
  return { values: bytes, scales };
}

/** The float32 values that eight bits stand for. */
export function expand({ values, scales }: { values: ArrayLike<number>; scales: ArrayLike<number> }): Float32Array {
  const width = scales.length ? values.length / scales.length : 0;
  const floats = new Float32Array(values.length);
  for (let row = 0, at = 0; row < scales.length; row++)
    for (const end = at + width; at < end; at++) floats[at] = values[at] * scales[row];
  return floats;
}
