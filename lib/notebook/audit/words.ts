/** Numbers of an audit in words. */
import type { Worth } from "../../audit/path/path";

/** F1 in 0..1 as points with a sign: "+3.1 [+1.0, +5.2]". */
export function worthWords({ f1, ci95 }: Worth): string {
  return `${signedPoints(f1)}${ci95 ? ` [${ci95.map(signedPoints).join(", ")}]` : ""}`;
}

export function signedPoints(f1: number): string {
  const size = (100 * Math.abs(f1)).toFixed(1);
  return size === "0.0" ? size : `${f1 < 0 ? "−" : "+"}${size}`;
}
