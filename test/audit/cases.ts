/** Prepared cases for the audit: real tiny runs, real files of weights, and one thing planted in each. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Audit, audit } from "../../lib/audit/audit";
import { FORMAT, formatText } from "../../lib/evaluate/predictions/predictions";
import { parseConfig } from "../../lib/model/config";
import { initialValues } from "../../lib/model/initialise";
import { headShapes } from "../../lib/model/uni-encoder-span";
import { readSafetensors, writeSafetensors } from "../../lib/weights/safetensors";
import { Shapes } from "../../lib/weights/shapes";
import { tinyRecipe } from "../cli/killed";
import { verb } from "../cli/verb";

export const scratch = mkdtempSync(join(tmpdir(), "audit-"));

/** A text file of the scratch folder. */
export function file(name: string, content: unknown): string {
  const path = join(scratch, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

/** Trains the tiny model for twelve steps. @returns the run folder */
export function trainedRun(
  name: string,
  training: Record<string, unknown> = {},
  data: Record<string, unknown> = {},
): string {
  const folder = mkdtempSync(join(scratch, "recipe-"));
  const path = tinyRecipe(folder, { num_steps: 12, save_every: 12, ...training });
  const recipe = JSON.parse(readFileSync(path, "utf8")) as { data: Record<string, unknown> };
  writeFileSync(path, JSON.stringify({ ...recipe, data: { ...recipe.data, ...data } }));
  const out = join(scratch, name);
  const ended = verb("train", ["--config", path, "--out", out]);
  assert.equal(ended.code, 0, ended.err);
  return out;
}

/** A copy of a model folder, with other keys in its configuration. */
export function modelCopy(from: string, name: string, changed: Record<string, unknown> = {}): string {
  const to = join(scratch, name);
  cpSync(from, to, { recursive: true });
  const path = join(to, "gliner_config.json");
  const config = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  writeFileSync(path, JSON.stringify({ ...config, ...changed }));
  return to;
}

/** Rewrites the weights of a model folder, tensor by tensor; undefined leaves a tensor out. */
export function rewrite(
  folder: string,
  change: (name: string, values: Float32Array) => Float32Array | undefined,
  renamed: (name: string) => string = (name) => name,
): void {
  const path = join(folder, "model.safetensors");
  const { tensors } = readSafetensors(path);
  const kept = [...tensors].flatMap(([name, { shape, data }]) => {
    const values = change(name, data as Float32Array);
    return values ? [[renamed(name), shape, () => values] as const] : [];
  });
  writeSafetensors(path, kept);
}

/** Names and shapes of the head that a model folder's configuration describes. */
export function headShapesOf(folder: string): Shapes {
  const path = join(folder, "gliner_config.json");
  const { config } = parseConfig(JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>, path);
  const shapes = new Shapes();
  headShapes(shapes, config, Number(config.encoder_config?.hidden_size));
  return shapes;
}

/** The values that PyTorch would draw for the head of a model folder. */
export function drawn(folder: string): (name: string) => Float32Array {
  const shapes = headShapesOf(folder);
  return (name) => initialValues(name, shapes, 3);
}

/** A file of predictions, of as many texts, without an answer. */
export function predictions(name: string, set: string, texts: number, labels: readonly string[]): string {
  const data = { name: set, texts, sha256: "0".repeat(64) };
  const header = { format: FORMAT, model: { name: "m", sha256: "0" }, data, labels, floor: 0.05 };
  const lines = Array.from({ length: texts }, (_, i) => formatText(i, { candidates: [], wordsLost: 0 }));
  return file(name, `${JSON.stringify(header)}\n${lines.join("")}`);
}

/** The planted thing stands first. */
export function first({ findings }: Audit, id: string): void {
  assert.equal(findings[0]?.id, id, findings.map((one) => `${one.id}: ${one.evidence}`).join("\n"));
}

export const ids = ({ findings }: Audit): string[] => findings.map(({ id }) => id);

export { audit };
