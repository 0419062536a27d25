/** How long the gradient was at every step of runs that the laboratory made: data/results/gradient-norms.json. */
import { dataPath } from "../../data/project";
import { UserError } from "../../errors";
import { readJson } from "../../files/json";
import { isObject } from "../../files/json-object";

/** One run's. */
export interface GradientNorms {
  /** What a reader calls the run. */
  run: string;
  /** Of its settings, as the laboratory names runs. */
  id: string;
  seed: number;
  /** `max_grad_norm`; 0 = nothing was clipped. */
  clipped_at: number;
  /** Of the gradient of all parameters, before clipping: [steps] */
  norms: number[];
}

/** @throws UserError where the file is absent or of another form */
export function gradientNorms(path = dataPath("results", "gradient-norms.json")): GradientNorms[] {
  const value = readJson(path);
  const runs = isObject(value) && Array.isArray(value.runs) ? value.runs : [];
  const sound = (run: unknown) =>
    isObject(run) &&
    typeof run.run === "string" &&
    typeof run.clipped_at === "number" &&
    Array.isArray(run.norms) &&
    run.norms.every((norm) => typeof norm === "number" && norm >= 0);
  if (runs.length === 0 || !runs.every(sound))
    throw new UserError(`${path} holds no gradient norms; wanted runs with run, clipped_at and norms.`);
  return runs as GradientNorms[];
}
