/** The models of a run folder, for the programs that measure or ship them. */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readJson } from "../lib/files/json";
import { type Manifest, readManifest } from "../lib/provenance/manifest";

/** Steps that a folder of the run was trained for: by its name, or by what the run's manifest says of `best` and `last`; null of a mean. */
export function stepOf({ result }: Manifest, model: string): number | null {
  if (model === "last") return result.steps;
  if (model === "best") return result.best?.step ?? null;
  const step = /^step-(\d+)$/.exec(model);
  return step ? Number(step[1]) : null;
}

/** One of the models that a mean was taken of. */
export interface MeanPart {
  model: string;
  share: number;
  /** Of the run that it is of; only where it is of one. */
  step?: number | null;
  seed?: unknown;
}

export function meanPart(folder: string): Omit<MeanPart, "share"> {
  const path = join(dirname(folder), "manifest.json");
  if (!existsSync(path)) return { model: basename(folder) };
  const manifest = readManifest(path);
  const { seed } = manifest.config.training as Record<string, unknown>;
  return { model: basename(folder), step: stepOf(manifest, basename(folder)), seed };
}

/** What a folder is the mean of; undefined where it is none. */
export function meanOf(folder: string): MeanPart[] | undefined {
  const path = join(folder, "mean.json");
  return existsSync(path) ? (readJson(path) as MeanPart[]) : undefined;
}
