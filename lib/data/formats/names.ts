/** The formats that can be read, by the names that `--from` and data/manifest.json use. */
export const FORMATS = {
  "pile-ner": "conversations of Pile-NER-type: a text, questions for types, lists of mentions",
  uniner: "the same with one question a record, as UniversalNER evaluates; those of one text become one record",
  bio: "columns, a word and its tag a line, with a tab between them",
  conll: "columns with white space between them: the word first, the tag last",
  instruct: "InstructUIE's JSON with character positions, as GLiNER ships its evaluation sets",
  gliner: "GLiNER's JSON or JSON lines: words and spans; also this project's own records",
  marked: "texts with [[words|type]] in them, one a line",
  "type-sentences": "SLIMER's JSON of a few sentences for each type",
  labels: "a JSON list of type names",
} as const;

export type FormatName = keyof typeof FORMATS;

export const isFormatName = (name: unknown): name is FormatName =>
  typeof name === "string" && Object.hasOwn(FORMATS, name);
