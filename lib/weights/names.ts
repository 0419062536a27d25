/** Translates tensor names of older checkpoints and wrappers to those of GLiNER 0.2.29. */
import { UserError } from "../errors";
import { quote } from "../files/json-object";
import type { TensorFile } from "./tensor-file";

/** Names that tensors had before, and what they are called today. */
const RENAMED: readonly (readonly [pattern: RegExp, name: string])[] = [
  // torch.compile puts its wrapper in front; a trainer that saves the whole GLiNER object, that one's attribute.
  [/^(_orig_mod\.)+/, ""],
  [/^model\.(?=(token_rep_layer|rnn|span_rep_layer|prompt_rep_layer|scorer)\.)/, ""],
  // The paper's code had AllenNLP's wrapper around the same LSTM. Python 0.2.29 leaves it random instead.
  [/^rnn\._module\./, "rnn.lstm."],
  // TensorFlow's words, in encoders that were converted from it.
  [/LayerNorm\.gamma$/, "LayerNorm.weight"],
  [/LayerNorm\.beta$/, "LayerNorm.bias"],
];

/** The name that GLiNER 0.2.29 gives this tensor. */
export function currentName(name: string): string {
  return RENAMED.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), name);
}

/** The same file under today's names. @throws UserError where two of its names are one today */
export function underCurrentNames(file: TensorFile): TensorFile {
  const originals = new Map<string, string>();
  for (const original of file.entries.keys()) {
    const name = currentName(original);
    if (originals.has(name))
      throw new UserError(
        `${file.path} holds both ${quote(originals.get(name))} and ${quote(original)}: the same tensor.`,
      );
    originals.set(name, original);
  }
  return {
    path: file.path,
    entries: new Map([...file.entries].map(([original, entry]) => [currentName(original), entry])),
    read: (name) => file.read(originals.get(name) ?? name),
    close: () => file.close(),
  };
}
