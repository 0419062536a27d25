/** A batch of texts in subwords, row-major. */
export interface Subwords {
  /** [B, T] */
  ids: Int32Array;
  /** [B, T], 1 = a subword, 0 = padding */
  mask: Int32Array;
  B: number;
  T: number;
}
