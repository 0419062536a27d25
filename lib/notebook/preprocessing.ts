/** The files that notebook 02 reads: the public ones where they are, else the project's own sentences in the same form. */

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { convert } from "../data/convert";
import type { MixManifest } from "../data/mix/build";
import { fileOf, loadRecords } from "../data/named";
import { corpusFile, readData } from "../data/project";
import type { NerRecord } from "../data/records";
import { isHere, readSources } from "../data/sources";
import { ZERO_SHOT_SETS } from "../data/zero-shot-tests";

/** A file that a lesson reads, and what it is. */
export interface LessonFile {
  /** What it is, for the reader. */
  source: string;
  path: string;
}

/** Conversations in the form of Pile-NER-type: 882 real passages where they lie beside the checkout. */
export async function pileNerLesson(): Promise<LessonFile> {
  const real = corpusFile("pilener-conversations-sample.json");
  if (real) return { source: "882 passages of Pile-NER-type, beside the checkout", path: real };
  const path = join(scratch(), "sentences-as-conversations.json");
  await convert({
    inputs: [fileOf("sentences:test")],
    from: "gliner",
    to: "pile-ner",
    out: path,
  });
  return { source: "the project's own texts (sentences:test), written as conversations", path };
}

/** Copies of test sets as an evaluation reads them, with the originals they were made from. */
export interface LessonBenchmark {
  source: string;
  /** Names for `inspectData`, label lists among them. */
  copies: string[];
  tests: string[];
  originals: string[];
}

/** GLiNER's copies of the seven tests where they are here; else a copy of the project's own texts with the same kinds of faults. */
export async function benchmarkLesson(): Promise<LessonBenchmark> {
  const wanted = readSources().filter(({ role }) => role === "evaluation copy" || role === "test");
  if (!wanted.every(isHere)) return damagedTexts();
  const ids = (part: string) => ZERO_SHOT_SETS.map((set) => `source:gliner_${set}_${part}`);
  return {
    source: "the seven tests as GLiNER's repository ships them, and their raw originals",
    copies: ["dev", "test", "labels"].flatMap(ids),
    tests: ids("test"),
    originals: ZERO_SHOT_SETS.map((set) => `zero-shot:${set}`),
  };
}

/** Our own texts, copied the way the public copies were, so that the same faults are in it. */
async function damagedTexts(): Promise<LessonBenchmark> {
  const records = await loadRecords(OWN);
  const items = records.slice(0, -1).map(damaged);
  const folder = scratch();
  for (const name of ["dev.json", "test.json"]) writeFileSync(join(folder, name), JSON.stringify(items));
  const types = [...new Set(records.flatMap(({ ner }) => ner.map(([, , type]) => type)))];
  writeFileSync(join(folder, "labels.json"), JSON.stringify(types));
  return {
    source: "the project's own sentences, copied with the faults that the public copies have",
    copies: [folder],
    tests: [join(folder, "test.json")],
    originals: [OWN],
  };
}

const OWN = "sentences:test";

/** Positions by a search for the string; "company" in another spelling. */
function damaged({ tokens, ner }: NerRecord): object {
  const sentence = tokens.join(" ");
  const entities = ner.map(([start, end, type]) => {
    const name = tokens.slice(start, end + 1).join(" ");
    const at = [...sentence.slice(0, sentence.indexOf(name))].length;
    return { name, type: type === "company" ? "Companies" : type, pos: [at, at + [...name].length] };
  });
  return { sentence, entities };
}

const scratch = () => mkdtempSync(join(tmpdir(), "workbook-lesson-"));

/** The manifest of the public mix, as a run of `preprocess --mix data/mixes/public.yaml` left it in data/results. */
export function storedMix(): MixManifest {
  return readData("results", "mix-public.json") as MixManifest;
}
