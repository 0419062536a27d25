/** Curves of a training run: trainer_state.json of transformers, and metrics.jsonl of this project. */
import { UserError } from "../../errors";
import { isObject, type JsonObject } from "../../files/json-object";
import { readText } from "../../files/text";
import { readMetrics } from "../../train/metrics-file";
import type { Curve, CurvePoint } from "../evidence";

/** @throws UserError where no step is logged */
export function trainerCurve(state: JsonObject, path: string): Curve {
  const log = Array.isArray(state.log_history) ? state.log_history.filter(isObject) : [];
  const points = log.filter((entry) => "loss" in entry).map(pointOf);
  if (points.length === 0)
    throw new UserError(
      `${path} holds no step: its log_history ${Array.isArray(state.log_history) ? `has ${log.length} entries without a loss` : "is missing"}; wanted the trainer_state.json of transformers from a run that has logged its loss (of a run of this project: its folder).`,
    );
  const metric = [state.best_metric_name, state.metric_for_best_model].find((name) => typeof name === "string");
  return { path, points, chosenBy: typeof metric === "string" ? metric : null };
}

function pointOf(entry: JsonObject): CurvePoint {
  const number = (value: unknown) => (typeof value === "number" ? value : null);
  return {
    step: Number(entry.step),
    loss: number(entry.loss),
    gradientNorm: number(entry.grad_norm),
    learningRate: number(entry.learning_rate),
  };
}

/** The state of transformers, whose writer puts NaN and Infinity where JSON has no word for them: they are read as null. */
export function readState(path: string): unknown {
  const text = readText(path, "JSON").replace(/(:\s*)(NaN|-?Infinity)(?=\s*[,}\]])/g, "$1null");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${error instanceof Error ? error.message : error}.`);
  }
}

/** metrics.jsonl of a run folder. */
export function metricsCurve(path: string): Curve | null {
  const points = readMetrics(path).map((line) => {
    const { lr_others = null, ...point } = line as unknown as CurvePoint & { lr_others?: number };
    return { ...point, learningRate: lr_others };
  });
  return points.length ? { path, points, chosenBy: null } : null;
}
