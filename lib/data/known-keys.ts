/** What a record of another form is told: which form it looks like, and what reads that. */
import type { JsonObject } from "../files/json-object";

const TAGS =
  "a tag a word; write them as columns, a word and its tag (B-person, O) a line, which `preprocess --from bio` reads";
const offsets = (key: string) =>
  `a text with mentions by their characters; write "text" and "${key}" as {"sentence", "entities": [{"name", "type", "pos"}]}, which \`preprocess --from instruct\` reads`;

/** Keys by which a JSON record of another form gives itself away, and what reads it. */
const FORMS: readonly [keys: readonly string[], reader: string][] = [
  [["conversations"], "a conversation, which `preprocess --from pile-ner` (or uniner) reads"],
  [["sentence", "entities"], "a sentence of InstructUIE, which `preprocess --from instruct` reads"],
  [["target_words_in_it"], "a sentence of SLIMER, which `preprocess --from type-sentences` reads"],
  [["ner_tags"], TAGS],
  [["tags"], TAGS],
  [["text", "entities"], offsets("entities")],
  [["text", "spans"], offsets("spans")],
  [["text", "label"], offsets("label")],
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
