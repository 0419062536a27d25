/** danfojs's DataFrame and Series, known by their form, so that no other package is loaded for them. */

/** What is read of a DataFrame or a Series. */
export interface FrameLike {
  columns: readonly unknown[];
  index: readonly (string | number)[];
  values: readonly unknown[];
  shape: readonly number[];
}

const FIELDS = ["columns", "index", "values", "shape", "$config"];

/** True for a danfojs DataFrame or Series. */
export function isFrame(value: unknown): value is FrameLike {
  if (typeof value !== "object" || value === null) return false;
  return FIELDS.every((name) => name in value) && "shape" in value && Array.isArray(value.shape);
}

/** True where a frame is a Series: its values are a flat list. */
export function isSeries({ columns, values }: FrameLike): boolean {
  return columns.length === 1 && values.length > 0 && !Array.isArray(values[0]);
}

/** True where the index says more than the order of the rows: it is not 0, 1, 2, ... */
export function hasOwnIndex({ index }: FrameLike): boolean {
  return index.some((name, at) => name !== at);
}
