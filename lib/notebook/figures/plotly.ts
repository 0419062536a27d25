/** plotly's figures as they are written in a cell. Fields that are named are those that this library looks at; any other passes through. */

type Coordinate = string | number | bigint | boolean | Date | null | undefined;

/** Numbers, names or dates: a list, a typed array, a column of a data frame. */
export type Values = readonly Coordinate[] | ArrayLike<number> | object;

/** A plotly trace; `type` defaults to "scatter". */
export interface Trace {
  type?: string;
  name?: string;
  x?: Values;
  y?: Values;
  z?: Values;
  mode?: string;
  orientation?: "h" | "v";
  visible?: boolean | "legendonly";
  line?: { color?: string; dash?: string; width?: number; [field: string]: unknown };
  marker?: { [field: string]: unknown };
  [field: string]: unknown;
}

/** An axis of a plotly layout. */
export interface LayoutAxis {
  title?: string | { text?: string; [field: string]: unknown };
  range?: readonly (string | number)[];
  type?: "-" | "linear" | "log" | "date" | "category" | "multicategory";
  [field: string]: unknown;
}

/** A plotly layout. */
export interface Layout {
  title?: string | { text?: string; [field: string]: unknown };
  xaxis?: LayoutAxis;
  yaxis?: LayoutAxis;
  /** Pixels. */
  width?: number;
  height?: number;
  showlegend?: boolean;
  [field: string]: unknown;
}

/** A whole figure in one object, as plotly's own files and other languages write it. */
export interface FigureObject {
  data: readonly Trace[];
  layout?: Layout;
}

/** True for `{ data: [...], layout: {...} }` with nothing but a figure's fields. */
export function isFigureObject(value: unknown): value is FigureObject {
  if (typeof value !== "object" || value === null || !("data" in value) || !("layout" in value)) return false;
  const { data, layout } = value;
  const isObject = (part: unknown): boolean => typeof part === "object" && part !== null && !Array.isArray(part);
  if (!Array.isArray(data) || !data.every(isObject) || !isObject(layout)) return false;
  return Object.keys(value).every((key) => ["data", "layout", "config", "frames"].includes(key));
}
