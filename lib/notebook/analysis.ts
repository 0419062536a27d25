/** Figures of an error analysis: scores by threshold, probability against outcome, values with their intervals. */

import { type CurvePoint, scoresAt } from "../evaluate/scoring/threshold-curve";
import type { Calibration } from "../evaluate/statistics/calibration";
import type { Display } from "./display";
import { figure } from "./figure";
import type { Layout, Trace } from "./figures/plotly";

/** Steps of the thresholds that are drawn. */
const STEP = 0.01;

/** Precision, recall and F1 by threshold, from the curve's floor up. */
export function thresholdFigure(curve: readonly CurvePoint[], title = "Scores by threshold"): Display {
  const first = Math.ceil(curve[0].threshold / STEP - 1e-6);
  const thresholds = Array.from({ length: 100 - first }, (_, i) => Number(((first + i) * STEP).toFixed(2)));
  const points = thresholds.map((threshold) => scoresAt(curve, threshold));
  const line = (name: "precision" | "recall" | "f1"): Trace => ({
    name,
    mode: "lines",
    x: thresholds,
    // Of nothing there is no precision.
    y: points.map((point) => (name === "precision" && point.predicted === 0 ? null : point[name])),
  });
  return figure([line("precision"), line("recall"), line("f1")], {
    title,
    xaxis: { title: "threshold" },
    yaxis: { title: "score", range: [0, 1] },
    showlegend: true,
  });
}

/** The share that is right by the mean probability of each bin, with 95 % intervals; on the diagonal is calibrated. */
export function reliabilityFigure({ bins }: Calibration, title = "Reliability: what a probability is worth"): Display {
  const points = bins.map(({ confidence, right, rightLow, rightHigh }) => ({
    at: confidence,
    value: right,
    low: rightLow,
    high: rightHigh,
  }));
  const diagonal: Trace = {
    name: "calibrated",
    x: [0, 1],
    y: [0, 1],
    mode: "lines",
    line: { dash: "dash", color: "#777777" },
  };
  return figure([diagonal, ...withIntervals("share right", points)], {
    title,
    xaxis: { title: "mean probability", range: [0, 1] },
    yaxis: { title: "share right", range: [0, 1] },
    showlegend: true,
  });
}

/** A value with its interval, at a number or a name. */
export interface IntervalPoint {
  at: string | number;
  value: number;
  low: number;
  high: number;
}

/** Values with their intervals, side by side. */
export function intervalFigure(points: readonly IntervalPoint[], layout: Layout = {}): Display {
  return figure(withIntervals("", points), layout);
}

/** Points, and behind them their intervals as upright lines. */
function withIntervals(name: string, points: readonly IntervalPoint[]): Trace[] {
  const bars: Trace = {
    x: points.flatMap(({ at }) => [at, at, null]),
    y: points.flatMap(({ low, high }) => [low, high, null]),
    mode: "lines",
    line: { color: "#56b4e9" },
    showlegend: false,
  };
  const dots: Trace = { x: points.map(({ at }) => at), y: points.map(({ value }) => value), mode: "markers" };
  return [bars, { ...dots, marker: { color: "#0072b2" }, ...(name ? { name } : { showlegend: false }) }];
}
