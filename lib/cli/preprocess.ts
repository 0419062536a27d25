/** `preprocess`: files of another format, or a mix of sources, -> records. */
import { convert } from "../data/convert";
import { FORMATS } from "../data/formats/names";
import { ALIGNMENTS, OFFSET_KINDS } from "../data/formats/offsets/item";
import { PILE_NER_ERAS } from "../data/formats/pile-ner";
import type { FormatOptions, RecordFormat } from "../data/formats/read";
import { SCHEMES } from "../data/formats/schemes";
import { Tally, type TallyReport } from "../data/formats/tally";
import { WRITERS, type WriterName } from "../data/formats/write";
import { readLabelMap } from "../data/labels";
import { buildMix, type MixManifest } from "../data/mix/build";
import { readMix } from "../data/mix/recipe";
import { findSource } from "../data/sources";
import { usageError } from "../errors";
import { WORD_SPLITTERS } from "../text/reading";
import { type Command, number, required, runCommand, type Values } from "./command";

const INPUT_FORMATS = Object.keys(FORMATS).filter((name) => name !== "labels");

export const command: Command = {
  name: "preprocess",
  summary: "Raw files -> records for training and evaluation, with everything that is repaired or lost counted.",
  usage:
    "--from FORMAT IN... --out FILE [--to FORMAT] [--label-map NAME] [--align RULE] [--era ...] [--columns ...], or --mix FILE.yaml --out DIR",
  help: [
    ["--from FORMAT", `how IN is written: ${INPUT_FORMATS.join(", ")}; brat takes a folder too`],
    ["IN...", "files (.gz is unpacked), or source:ID for one of data/manifest.json, which is fetched and checked"],
    ["--out FILE", "written whole or not at all; packed where the name ends in .gz"],
    ["--to FORMAT", `how FILE is written: ${Object.keys(WRITERS).join(", ")} (default records: one JSON a line)`],
    ["--era ERA", `Pile-NER as ${PILE_NER_ERAS.join(", ")} made it (default default)`],
    ["--drop-duplicates", "keep one of several equal spans of a record; the eras keep them all"],
    [
      "--words SPLITTER",
      `of texts: ${WORD_SPLITTERS.join(", ")} (default gliner, as predict reads; for instruct whitespace, as GLiNER evaluates); intl finds words of scripts without spaces`,
    ],
    [
      "--align RULE",
      `of mentions that begin or end inside a word: ${ALIGNMENTS.join(", ")} (default expand, to whole words; strict leaves them out); counted`,
    ],
    [
      "--offsets KIND",
      `how mentions by characters count them: ${OFFSET_KINDS.join(", ")} (default as the tool does: utf16 for label-studio, else codepoints)`,
    ],
    ["--sentences", "a record a sentence instead of a record a text; a mention across sentences keeps them together"],
    ["--no-nfc", "leaves letters and accents that stand apart as they are; predict composes them too"],
    ["--text NAME", "the key or column that holds the text, for label-studio, doccano, prodigy and csv"],
    [
      "--tag-names A,B",
      "what the numbers of hf's tags mean, in their order (default: dataset_info.json beside the file)",
    ],
    [
      "--label-map NAME|FILE",
      "names of the labels: gliner, universalner or slimer (data/label-maps.json), or a JSON file of label: name or null",
    ],
    ["--columns NAMES", "of bio and conll: token,tag or tag,token or token,_,_,tag or token,...,tag"],
    [
      "--scheme SCHEME",
      `of the tags: ${SCHEMES.join(", ")}; default: found out and said; a mixture is refused, and so are bare tags that are hardly types`,
    ],
    ["--separator tab|space", "between the columns; default: a tab where a line has one"],
    ["--comments TEXT", "lines that begin with TEXT are remarks"],
    ["--max-record-mb N", "longest record in megabytes (default 16)"],
    [
      "--mix FILE.yaml",
      "a recipe of data/mixes: DIR/train.jsonl, dev.jsonl and manifest.json, without what the tests hold",
    ],
  ],
  options: {
    from: { type: "string" },
    out: { type: "string" },
    to: { type: "string" },
    era: { type: "string" },
    "drop-duplicates": { type: "boolean" },
    words: { type: "string" },
    align: { type: "string" },
    offsets: { type: "string" },
    sentences: { type: "boolean" },
    "no-nfc": { type: "boolean" },
    text: { type: "string" },
    "tag-names": { type: "string" },
    "label-map": { type: "string" },
    columns: { type: "string" },
    scheme: { type: "string" },
    separator: { type: "string" },
    comments: { type: "string" },
    "max-record-mb": { type: "string" },
    mix: { type: "string" },
  },
  allowPositionals: true,
  async run(values, inputs): Promise<TallyReport | MixManifest> {
    const out = required(values, "out", command);
    if (typeof values.mix === "string") return runMix(values.mix, out, values, inputs);
    const from = choice(values, "from", INPUT_FORMATS) as RecordFormat | undefined;
    if (inputs.length === 0) throw usageError(`there is no input; wanted: ${command.usage}.`);
    if (from === undefined && !inputs.every((input) => input.startsWith("source:"))) required(values, "from", command);
    const to = choice(values, "to", Object.keys(WRITERS)) as WriterName | undefined;
    for (const input of inputs) checkOptions(values, input, from);
    const tally = new Tally();
    const report = await convert({ inputs, from, to, out, log, ...formatOptions(values) }, tally);
    process.stdout.write(summary(tally, out));
    if (report.spans === 0) log(`${out}: no record has a mention; train and evaluate refuse such a set.`);
    return report;
  },
};

const log = (line: string) => process.stderr.write(`${line}\n`);

const COLUMNS = ["columns", "scheme", "separator", "comments"];
const CHARACTERS = ["words", "align", "sentences", "no-nfc"];

/** What concerns some formats only; the other options hold for all. */
const OPTIONS_OF: Record<RecordFormat, readonly string[]> = {
  "pile-ner": ["era"],
  uniner: [],
  bio: COLUMNS,
  conll: COLUMNS,
  instruct: ["words"],
  gliner: [],
  marked: [],
  "label-studio": [...CHARACTERS, "offsets", "text"],
  doccano: [...CHARACTERS, "offsets", "text"],
  spacy: [...CHARACTERS, "offsets"],
  prodigy: [...CHARACTERS, "offsets", "text"],
  brat: [...CHARACTERS, "offsets"],
  gliner2: CHARACTERS,
  hf: ["tag-names", "scheme"],
  conll2012: [],
  bmes: [...COLUMNS, ...CHARACTERS],
  csv: [...CHARACTERS, "offsets", "text", "scheme"],
  "type-sentences": [],
};

/** @throws UserError (usage) for an option that the input's format does not know: it would do nothing, in silence */
function checkOptions(values: Values, input: string, from: RecordFormat | undefined): void {
  const isSource = input.startsWith("source:");
  const format = isSource ? findSource(input.slice("source:".length)).format.name : from;
  if (format === undefined || format === "labels") return;
  const known = Object.values(OPTIONS_OF).flat();
  const idle = known.find((name) => values[name] !== undefined && !OPTIONS_OF[format].includes(name));
  if (idle)
    throw usageError(
      `--${idle} does nothing for ${isSource ? `${input}, which is ${format}` : `--from ${format}`}; wanted ${OPTIONS_OF[format].map((name) => `--${name}`).join(", ") || "none of its kind"}.`,
    );
}

async function runMix(recipe: string, folder: string, values: Values, inputs: readonly string[]): Promise<MixManifest> {
  if (inputs.length > 0) throw usageError(`--mix takes its sources from the recipe, got ${inputs.join(", ")} besides.`);
  const idle = Object.keys(values).find((name) => !["mix", "out", "json"].includes(name));
  if (idle) throw usageError(`--mix is told everything by its recipe; leave --${idle} out.`);
  const manifest = await buildMix(readMix(recipe), folder, { log });
  process.stdout.write(mixSummary(manifest, folder));
  return manifest;
}

/** A row a source: what came in, what was left out, what is in the two sets. */
function mixSummary({ sources, excluded, overlap, files }: MixManifest, folder: string): string {
  const rows = sources.map(({ name, records, sentences, left_out, train, dev }) => {
    const out = Object.entries(left_out).flatMap(([reason, count]) => (count > 0 ? [`${count} ${reason}`] : []));
    return `${name}: ${records} records, ${sentences} sentences; ${train} train, ${dev} dev; left out: ${out.join(", ") || "none"}`;
  });
  const licences = excluded.map(({ name, licence }) => `${name}: left out for its licence (${licence})`);
  const leaks = `against ${overlap.sentences} sentences of ${overlap.tests.length} test files: ${overlap.sentences_left_out} equal sentences and ${overlap.runs_left_out} with a common run left out; ${overlap.dev_moved} development sentences that share a run with the training set moved there`;
  const written = Object.values(files).map(
    ({ name, records, spans, types }) => `${folder}/${name}: ${records} sentences, ${spans} spans, ${types} types`,
  );
  return `${[...rows, ...licences, leaks, ...written].join("\n")}\n`;
}

function formatOptions(values: Values): FormatOptions {
  const label = values["label-map"];
  return {
    era: choice(values, "era", PILE_NER_ERAS),
    dropDuplicates: values["drop-duplicates"] === true || undefined,
    words: choice(values, "words", WORD_SPLITTERS),
    align: choice(values, "align", ALIGNMENTS),
    offsets: choice(values, "offsets", OFFSET_KINDS),
    sentences: values.sentences === true || undefined,
    nfc: values["no-nfc"] === true ? false : undefined,
    text: text(values.text),
    tagNames: text(values["tag-names"])
      ?.split(",")
      .map((name) => name.trim()),
    labels: typeof label === "string" ? readLabelMap(label) : undefined,
    columns: text(values.columns),
    scheme: choice(values, "scheme", SCHEMES),
    separator: choice(values, "separator", ["tab", "space"] as const),
    comments: text(values.comments),
    maxRecordBytes: number(values, "max-record-mb", 16, 0.001, 2000) * 1024 * 1024,
  };
}

const text = (value: Values[string]): string | undefined => (typeof value === "string" ? value : undefined);

/** An option that is one of a few words. */
function choice<Word extends string>(values: Values, name: string, words: readonly Word[]): Word | undefined {
  const value = values[name];
  if (value === undefined) return undefined;
  const known = words.find((word) => word === value);
  if (known === undefined) throw usageError(`--${name} got "${value}", wanted one of ${words.join(", ")}.`);
  return known;
}

/** For people: the counts, then every repair with its first place. */
function summary(tally: Tally, out: string): string {
  const { records, asked, found, spans, repairs } = tally;
  const schemes = Object.entries(tally.report().schemes ?? {});
  const lost = asked - found;
  const lines = [
    `${out}: ${records} records; ${found} of ${asked} mentions found${lost > 0 ? ` (${lost} lost)` : ""}, ${spans} spans`,
    ...schemes.map(([path, scheme]) => `  ${path}: tags read as ${scheme}`),
    ...repairs.map(({ repair, count, first, meaning }) => `  ${count} x ${repair}: ${meaning}; first: ${first}`),
  ];
  return `${lines.join("\n")}\n`;
}

if (require.main === module) void runCommand(command);
