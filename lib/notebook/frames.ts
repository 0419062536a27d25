/** danfojs's DataFrame and Series, known by their form, so that no other package is loaded for them. */

/** What is read of a DataFrame. */
export interface FrameLike {
  columns: readonly unknown[];
  index: readonly (string | number)[];
  values: readonly unknown[];
  shape: readonly number[];
}

/** What is read of a Series: one column. */
export type SeriesLike = FrameLike;

const FIELDS = ["columns", "index", "values", "shape", "$config"];

function hasFields(value: unknown): value is FrameLike {
  if (typeof value !== "object" || value === null) return false;
  return FIELDS.every((name) => name in value) && "shape" in value && Array.isArray(value.shape);
}

/** True for a danfojs DataFrame. */
export function isFrame(value: unknown): value is FrameLike {
  return hasFields(value) && value.shape.length === 2;
}

/** True for a danfojs Series. */
export function isSeries(value: unknown): value is SeriesLike {
  return hasFields(value) && value.shape.length === 1;
}

/** True where the index says more than the order of the rows: it is not 0, 1, 2, ... */
export function hasOwnIndex({ index }: FrameLike): boolean {
  return index.some((name, at) => name !== at);
}
