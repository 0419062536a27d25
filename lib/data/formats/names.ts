/** The formats that can be read, by the names that `--from` and data/manifest.json use. */
export const FORMATS = {
  "pile-ner": "conversations of Pile-NER-type: a text, questions for types, lists of mentions",
  uniner: "the same with one question a record, as UniversalNER evaluates; those of one text become one record",
  bio: "columns, a word and its tag a line, with a tab between them",
  conll: "columns with white space between them: the word first, the tag last",
  instruct: "InstructUIE's JSON with character positions, as GLiNER ships its evaluation sets",
  gliner: "GLiNER's JSON or JSON lines: words and spans; also this project's own records",
  marked: "texts with [[words|type]] in them, one a line",
  "label-studio": "Label Studio's export, JSON or JSON_MIN",
  doccano: "doccano's JSONL of sequence labelling, with or without relations",
  spacy: "spaCy's training pairs, Doc.to_json() or displaCy's documents as JSON",
  prodigy: "Prodigy's JSONL (db-out)",
  brat: "brat's standoff: an .ann file with its .txt beside it, or a folder of them",
  hf: "a data set of the Hugging Face hub as JSON lines: tokens and ner_tags",
  conll2012: "CoNLL-2012 (OntoNotes): names as brackets in the eleventh column",
  bmes: "columns of signs with BMES tags",
  csv: "a table with a header: a word a row, a mention a row, or a text a row with JSON",
  gliner2: "GLiNER2's JSONL: input, output with entities by type",
  "type-sentences": "SLIMER's JSON of a few sentences for each type",
  labels: "a JSON list of type names",
} as const;

export type FormatName = keyof typeof FORMATS;

export const isFormatName = (name: unknown): name is FormatName =>
  typeof name === "string" && Object.hasOwn(FORMATS, name);
