import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseConfig } from "../lib/model/config";
import { initialValues } from "../lib/model/initialise";
import { modelShapes } from "../lib/model/uni-encoder-span";
import { writeSafetensors } from "../lib/weights/safetensors";
import { TINY_BERT } from "./tiny";

/** Writes a model folder like the tiny one, with other values in gliner_config.json and random weights of their shapes. */
export function writeVariant(folder: string, changes: Record<string, unknown>, seed = 1): string {
  cpSync(TINY_BERT, folder, { recursive: true });
  const path = join(folder, "gliner_config.json");
  const raw = { ...(JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>), ...changes };
  writeFileSync(path, JSON.stringify(raw));
  const { config } = parseConfig(raw, path);
  if (!config.encoder_config) throw new Error("the tiny model has no encoder_config");
  const shapes = modelShapes(config, config.encoder_config);
  const tensors = [...shapes].map(([name, shape]) => [name, shape, () => initialValues(name, shapes, seed)] as const);
  writeSafetensors(join(folder, "model.safetensors"), tensors);
  return folder;
}
