/** An encoder without a head, small enough to train new models on in a second. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ENCODER_PREFIX } from "../lib/model/parameter-names";
import { readSafetensors, writeSafetensors } from "../lib/weights/safetensors";
import { TINY_BERT } from "./tiny";

const EMBEDDINGS = `${ENCODER_PREFIX}embeddings.word_embeddings.weight`;

/** An encoder's folder as a hub has it, with the weights of a tiny model; `change` alters its word embeddings. */
export function tinyEncoder(
  path: string,
  change: (embeddings: Float32Array) => void = () => undefined,
  from = TINY_BERT,
): string {
  const read = (name: string) => JSON.parse(readFileSync(join(from, name), "utf8"));
  const config = read("gliner_config.json").encoder_config;
  const tokenizer = read("tokenizer.json");
  const kept = tokenizer.added_tokens.filter(({ content }: { content: string }) => !/FLERT|<</.test(content));
  const rows = config.vocab_size - (tokenizer.added_tokens.length - kept.length);
  writeFileSync(join(path, "config.json"), JSON.stringify({ ...config, vocab_size: rows }));
  writeFileSync(join(path, "tokenizer.json"), JSON.stringify({ ...tokenizer, added_tokens: kept }));
  cpSync(join(from, "tokenizer_config.json"), join(path, "tokenizer_config.json"));
  const tensors = [...readSafetensors(join(from, "model.safetensors")).tensors].flatMap(([name, tensor]) => {
    if (!name.startsWith(ENCODER_PREFIX)) return [];
    const { shape, data } = name === EMBEDDINGS ? cut(tensor, rows) : tensor;
    if (name === EMBEDDINGS) change(data as Float32Array);
    return [[name.slice(ENCODER_PREFIX.length), shape, () => data] as const];
  });
  writeSafetensors(join(path, "model.safetensors"), tensors);
  return path;
}

const cut = ({ shape, data }: { shape: number[]; data: Float32Array | Int32Array }, rows: number) => ({
  shape: [rows, shape[1]],
  data: data.slice(0, rows * shape[1]),
});
