/** Configurations and sizes of the GLiNER models that others have published, without downloading them. */
import { dataPath, readData } from "../../data/project";
import { type EncoderConfig, parseEncoderConfig } from "../../encoder/config";
import { type GLiNERConfig, parseConfig } from "../../model/config";

/** A published GLiNER model without its weights. */
export interface PublishedModel {
  name: string;
  config: GLiNERConfig;
  encoder: EncoderConfig;
  /** Number of parameters, as published files have them. */
  parameters: number;
}

interface ModelsFile {
  common: Record<string, unknown>;
  encoders: Record<string, Record<string, unknown>>;
  models: { name: string; encoder: string; hidden_size: number; vocab_size: number; parameters: number }[];
}

/** The published GLiNER models of `data/models.json`, all markerV0 with spans of up to 12 words. */
export function publishedModels(): PublishedModel[] {
  const path = dataPath("models.json");
  const { common, encoders, models } = readData("models.json") as ModelsFile;
  return models.map(({ name, encoder: encoderName, hidden_size, vocab_size, parameters }) => {
    const encoder_config = { ...common, ...encoders[encoderName], vocab_size };
    const model_name = `microsoft/${encoderName}`;
    const { config } = parseConfig({ model_name, hidden_size, vocab_size, encoder_config }, path);
    return { name, config, encoder: parseEncoderConfig(encoder_config, path), parameters };
  });
}
