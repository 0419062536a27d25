/** What a record of another form is told: which form it looks like, and what reads that. */
import type { JsonObject } from "../files/json-object";

const TAGS = "a tag a word, which `preprocess --from hf` reads";
const offsets = (reader: string) =>
  `a text with mentions by their characters, which \`preprocess --from ${reader}\` reads`;

/** Keys by which a JSON record of another form gives itself away, and what reads it. */
const FORMS: readonly [keys: readonly string[], reader: string][] = [
  [["conversations"], "a conversation, which `preprocess --from pile-ner` (or uniner) reads"],
  [["sentence", "entities"], "a sentence of InstructUIE, which `preprocess --from instruct` reads"],
  [["target_words_in_it"], "a sentence of SLIMER, which `preprocess --from type-sentences` reads"],
  [["ner_tags"], TAGS],
  [["tags"], TAGS],
  [["data", "annotations"], offsets("label-studio")],
  [["input", "output"], "a text with entities by type, which `preprocess --from gliner2` reads"],
  [["text", "entities"], offsets("doccano")],
  [["text", "ents"], offsets("spacy")],
  [["text", "spans"], offsets("prodigy")],
  [["text", "label"], offsets("doccano")],
];

/** What a record that was refused has instead, as the end of a sentence: its keys, and what reads them. */
export function foundKeys(value: JsonObject): string {
  const keys = Object.keys(value);
  if (keys.length === 0) return "it has no keys";
  const shown = keys.slice(0, 8).map((key) => JSON.stringify(key.length > 40 ? `${key.slice(0, 40)}...` : key));
  const more = keys.length > shown.length ? ` and ${keys.length - shown.length} more` : "";
  const form = FORMS.find(([own]) => own.every((key) => Object.hasOwn(value, key)));
  return `it has ${shown.join(", ")}${more}${form ? `: ${form[1]}` : ""}`;
}
