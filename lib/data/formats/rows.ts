/** A sentence before its tags are read: words, tags by layer, and the line of each word. */
export interface Rows {
  tokens: string[];
  layers: string[][];
  lines: number[];
}
