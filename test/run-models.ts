/** The models of a run folder, for the programs that measure or ship them. */
import type { Manifest } from "../lib/provenance/manifest";

/** Steps that a folder of the run was trained for: by its name, or by what the run's manifest says of `best` and `last`. */
export function stepOf({ result }: Manifest, model: string): number | null {
  if (model === "last") return result.steps;
  return model === "best" ? (result.best?.step ?? null) : Number(model.replace("step-", ""));
}
