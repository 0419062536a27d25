/** The form that only this project reads: see compact.ts. */
export const COMPACT = "model.compact.safetensors";

/** The files that weights come in, the preferred one first, as in Python; what is in pieces has an index. */
export const WEIGHT_FORMS = [
  "model.safetensors",
  "model.safetensors.index.json",
  "pytorch_model.bin",
  "pytorch_model.bin.index.json",
  COMPACT,
] as const;
