/** SVG's `transform` attribute as a matrix, and boxes under it. */
import type { Box } from "./dom";

/** x' = a x + c y + e, y' = b x + d y + f. */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];

/** First `inner`, then `outer`. */
export function multiply(outer: Matrix, inner: Matrix): Matrix {
  const [a, b, c, d, e, f] = outer;
  const [p, q, r, s, t, u] = inner;
  return [a * p + c * q, b * p + d * q, a * r + c * s, b * r + d * s, a * t + c * u + e, b * t + d * u + f];
}

/** The matrix of a transform list: translate, scale, rotate, matrix, skewX, skewY. */
export function parseTransform(text: string | null): Matrix {
  let matrix = IDENTITY;
  for (const [, name, list] of (text ?? "").matchAll(/(\w+)\s*\(([^)]*)\)/g)) {
    const numbers = list
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(Number);
    matrix = multiply(matrix, single(name, numbers));
  }
  return matrix;
}

function single(name: string, n: readonly number[]): Matrix {
  if (name === "translate") return [1, 0, 0, 1, n[0], n[1] ?? 0];
  if (name === "scale") return [n[0], 0, 0, n[1] ?? n[0], 0, 0];
  if (name === "matrix") return [n[0], n[1], n[2], n[3], n[4], n[5]];
  const angle = (n[0] * Math.PI) / 180;
  if (name === "skewX") return [1, 0, Math.tan(angle), 1, 0, 0];
  if (name === "skewY") return [1, Math.tan(angle), 0, 1, 0, 0];
  return rotation(angle, n[1] ?? 0, n[2] ?? 0);
}

function rotation(angle: number, x: number, y: number): Matrix {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y];
}

/** The upright box around a box that was moved, turned or scaled. */
export function moved({ left, top, right, bottom }: Box, [a, b, c, d, e, f]: Matrix): Box {
  const corners = [
    [left, top],
    [right, top],
    [left, bottom],
    [right, bottom],
  ];
  return around(corners.map(([x, y]) => [a * x + c * y + e, b * x + d * y + f] as const));
}

/** The box around points. */
export function around(points: readonly (readonly [x: number, y: number])[]): Box {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}
