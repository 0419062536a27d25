/**
 * What releases of Python's GLiNER say with the same weights about the same sentences: their own loading, predict_entities and
 * evaluate. Writes numbers, no text.
 *
 *     node dist/test/bench/era-answers.js --versions 0.1.2,0.2.29 --sentences 200 --out data/results/versions.json
 *
 * "0.2.22/5" is 0.2.22 on the newest torch and transformers 5, "0.2.23/5.0.0" on the transformers of the day of issue 324, which is
 * also asked what it makes of DeBERTa's tokenizer. What lies in the work folder is not asked again.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cacheFolder, useBackend } from "../../lib/backend";
import { run } from "../../lib/backend/install/run";
import { type Environment, ensureVenv, venvProgram } from "../../lib/backend/install/venv";
import { loadRecords } from "../../lib/data/named";
import { goldTypes, type NerRecord } from "../../lib/data/records";
import { ZERO_SHOT_SETS } from "../../lib/data/zero-shot-tests";
import { digestOfTexts } from "../../lib/evaluate/predictions/predictions";
import { askedOnly } from "../../lib/evaluate/zero-shot";
import { writeAtomically } from "../../lib/files/atomic";
import { readJsonObject } from "../../lib/files/json-object";
import { modelIdentity } from "../../lib/gliner/checkpoint/identity";
import { GLiNER } from "../../lib/gliner/gliner";
import { environmentOf, NEWEST } from "../../lib/study/engines/python/environments";
import { encoderFolder } from "../../lib/weights/encoders";
import { ROOT } from "../tiny";

const FAMILIES = [
  ...["0.1.2", "0.1.6", "0.1.12", "0.2.3", "0.2.13", "0.2.16", "0.2.22", "0.2.23", "0.2.25", "0.2.29"],
  ...["0.2.22/5", "0.2.23/5", "0.2.22/5.0.0", "0.2.23/5.0.0", "0.2.25/5.0.0"],
];

const { values } = parseArgs({
  options: {
    versions: { type: "string", default: FAMILIES.join(",") },
    sentences: { type: "string", default: "200" },
    model: { type: "string", default: "data/checkpoint" },
    work: { type: "string", default: "runs/era-answers" },
    out: { type: "string", default: join(ROOT, "data", "results", "versions.json") },
  },
});

/** Of one release: an entity is [first character, last, type, score], offsets in code points. */
interface Answers {
  version: string;
  /** How its weights were loaded. */
  loaded: string;
  torch: string;
  transformers: string;
  sets: {
    name: string;
    failed?: string;
    f1?: number;
    /** Whose types its evaluate asked: the whole test's as given, or those of the gold of each batch. */
    types_of?: "test" | "batch";
    entities?: [number, number, string, number | null][][];
  }[];
}

/** What a transformers makes of words with DeBERTa's tokenizer out of its SentencePiece file (test/python/eras/spm_tokenizer.py). */
interface Pieces {
  transformers: string;
  tokenizers: string;
  failed?: string;
  kind?: string;
  /** Whether a prompt with its text has [CLS] before and [SEP] after it. */
  between_cls_and_sep?: boolean;
  ids?: number[][];
  unknown?: number;
  /** sentencepiece's own. */
  wanted: number[][];
}

interface TestSet {
  name: string;
  types: string[];
  records: NerRecord[];
}

async function main(): Promise<void> {
  await useBackend();
  mkdirSync(String(values.work), { recursive: true });
  const sets = await testSets(Number(values.sentences));
  const data = join(String(values.work), "data.json");
  const plain = ({ tokens, ner }: NerRecord) => ({ tokenized_text: tokens, ner });
  writeFileSync(data, JSON.stringify(sets.map(({ records, ...set }) => ({ ...set, records: records.map(plain) }))));
  const folder = await modelFolder();
  const found = new Map<string, Answers | string>();
  const names = String(values.versions).split(",");
  for (const name of names) {
    found.set(name, await answersOf(name, folder, data));
    await save(found, sets, []);
  }
  await save(found, sets, await deberta(names.filter((name) => WITH_TOKENIZER.includes(name))));
}

/** The first sentences of each test; `else` is neither asked nor gold. */
async function testSets(limit: number): Promise<TestSet[]> {
  return Promise.all(
    ZERO_SHOT_SETS.map(async (name) => {
      const all = await loadRecords(`zero-shot:${name}`);
      const types = goldTypes(all).filter((type) => type !== "else");
      return { name, types, records: askedOnly(all.slice(0, limit), types) };
    }),
  );
}

/** The model in all forms that releases look for: safetensors, and torch's own file; its encoder as a folder that is here. */
async function modelFolder(): Promise<string> {
  const folder = join(String(values.work), "model");
  if (existsSync(join(folder, "pytorch_model.bin"))) return folder;
  mkdirSync(folder, { recursive: true });
  const model = await GLiNER.fromPretrained(String(values.model));
  await model.savePretrained(folder);
  model.dispose();
  const path = join(folder, "gliner_config.json");
  const config = readJsonObject(path, "a configuration");
  writeFileSync(path, JSON.stringify({ ...config, model_name: await encoderFolder(String(config.model_name)) }));
  const script = `import sys, torch; from safetensors.torch import load_file; torch.save(load_file(sys.argv[1] + "/model.safetensors"), sys.argv[1] + "/pytorch_model.bin")`;
  await ensureVenv(console.error, NEWEST);
  await run(venvProgram("python", NEWEST), ["-c", script, folder]);
  return folder;
}

/** @returns the answers, or why there are none */
async function answersOf(name: string, folder: string, data: string): Promise<Answers | string> {
  const out = join(String(values.work), `${name.replace("/", "-transformers-")}.json`);
  try {
    if (!existsSync(out)) {
      const environment = environmentOfName(name);
      await ensureVenv(console.error, environment);
      await run(venvProgram("python", environment), [
        join(ROOT, "test", "python", "eras", "answers.py"),
        folder,
        data,
        out,
      ]);
    }
    return JSON.parse(readFileSync(out, "utf8")) as Answers;
  } catch (error) {
    const lines = (error instanceof Error ? error.message : String(error)).trimEnd().split("\n");
    return String(lines.at(-1)).slice(0, 300);
  }
}

function environmentOfName(name: string): Environment {
  const [release, five] = name.split("/");
  return five === undefined ? environmentOf(release) : besideFive(release, five);
}

/** What a release finds beside transformers 5: the newest, or the first one with the libraries of its day, January 2026. */
const FIVE: Readonly<Record<string, string[]>> = {
  // Without protobuf transformers 5 takes SentencePiece's file for one of tiktoken's; each sentencepiece wants its own.
  "5": ["protobuf==7.36.1"],
  "5.0.0": [
    ...["transformers==5.0.0", "tokenizers==0.22.2", "huggingface_hub==1.3.4", "safetensors==0.6.2"],
    ...["sentencepiece==0.2.1", "protobuf==6.33.4"],
  ],
};

/** A release beside transformers 5 and the newest torch, as pip installed it for whoever came later. */
function besideFive(release: string, five: string): Environment {
  const libraries = FIVE[five];
  if (!libraries) throw new Error(`${release}/${five}: wanted one of ${Object.keys(FIVE).join(", ")} after the slash`);
  return {
    folder: cacheFolder("eras", `gliner-${release}-transformers-${five}`),
    name: `GLiNER ${release}`,
    requirements: ["--no-deps", `gliner==${release}`, "onnxruntime==1.20.1", ...libraries],
    cost: "60 MB at most",
    on: NEWEST,
  };
}

const TINY = join(ROOT, "test", "golden", "tiny_deberta");

/** One release for each transformers that has Python's own way from SentencePiece's file to a tokenizer. */
const WITH_TOKENIZER = ["0.2.3", "0.2.13", "0.2.23", "0.2.23/5.0.0", "0.2.23/5"];

/** DeBERTa's tokenizer as the hub has it: no tokenizer.json, so that transformers converts SentencePiece's file. @returns a row a transformers */
async function deberta(names: readonly string[]): Promise<object[]> {
  const folder = join(String(values.work), "deberta-spm");
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(TINY, "spm.model"), join(folder, "spm.model"));
  const { encoder_config } = readJsonObject(join(TINY, "gliner_config.json"), "a configuration");
  writeFileSync(join(folder, "config.json"), JSON.stringify(encoder_config));
  writeFileSync(join(folder, "tokenizer_config.json"), JSON.stringify({ do_lower_case: false, vocab_type: "spm" }));
  const words = join(folder, "words.json");
  const records = await loadRecords("sentences:test");
  writeFileSync(words, JSON.stringify([...new Set(records.flatMap(({ tokens }) => tokens))].slice(0, 2000)));
  const rows: object[] = [];
  for (const name of names) {
    const out = join(folder, `${name.replace("/", "-transformers-")}.json`);
    const environment = environmentOfName(name);
    await ensureVenv(console.error, environment);
    const script = join(ROOT, "test", "python", "eras", "spm_tokenizer.py");
    if (!existsSync(out)) await run(venvProgram("python", environment), [script, folder, words, out]);
    const { ids, wanted, unknown, ...about } = JSON.parse(readFileSync(out, "utf8")) as Pieces;
    if (!ids) rows.push(about);
    else {
      const right = ids.filter((one, i) => one.join() === wanted[i].join()).length;
      const lost = ids.filter((one) => one.every((id) => id === unknown)).length;
      rows.push({ ...about, words: ids.length, as_sentencepiece: right, nothing_but_unknown: lost });
    }
  }
  return rows;
}

const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;

async function save(
  found: ReadonlyMap<string, Answers | string>,
  sets: readonly TestSet[],
  tokenizers: object[],
): Promise<void> {
  const reference = found.get("0.2.29");
  const rows = [...found].map(([name, answers]) => {
    if (typeof answers === "string") return { name, failed: answers };
    const { loaded, torch, transformers } = answers;
    const failed = answers.sets.find((set) => set.failed !== undefined)?.failed;
    const all = answers.sets.flatMap(({ name: set, entities = [] }) =>
      entities.flatMap((list, i) =>
        list.map((entity) => ({ at: `${set} ${i} ${entity.slice(0, 3).join(" ")}`, score: entity[3] })),
      ),
    );
    const scores = all.flatMap(({ score }) => (score === null ? [] : [score]));
    const f1 = Object.fromEntries(answers.sets.flatMap((set) => (set.f1 === undefined ? [] : [[set.name, set.f1]])));
    return {
      ...{ name, loaded, torch, transformers, ...(failed && { failed }) },
      entities: all.length,
      mean_score: scores.length ? mean(scores) : null,
      f1,
      evaluate_asks: answers.sets.find(({ types_of }) => types_of)?.types_of ?? null,
      mean_f1: Object.keys(f1).length ? mean(Object.values(f1)) : null,
      against_newest: typeof reference === "object" ? compared(all, reference) : null,
    };
  });
  const result = {
    command: `node dist/test/bench/era-answers.js --model ${values.model} --versions ${values.versions} --sentences ${values.sentences}`,
    model: `${values.model} (read as float32)`,
    weights: (await modelIdentity(String(values.model))).sha256,
    asked:
      "predict_entities at .5 with its defaults (flat) on words joined by blanks; evaluate at .5 with its defaults (nested) on the words; sorted types of each whole test without else",
    sets: sets.map(({ name, records, types }) => ({
      name,
      sentences: records.length,
      types: types.length,
      sha256: digestOfTexts(records),
    })),
    versions: rows,
    deberta_tokenizer_of_spm_model: tokenizers,
  };
  writeAtomically(String(values.out), `${JSON.stringify(result, null, 1)}\n`);
}

/** Entities of one and of the newest: how many are both's, and the largest difference of a score. */
function compared(all: readonly { at: string; score: number | null }[], { sets }: Answers) {
  const theirs = new Map<string, number | null>(
    sets.flatMap(({ name, entities = [] }) =>
      entities.flatMap((list, i) =>
        list.map((entity) => [`${name} ${i} ${entity.slice(0, 3).join(" ")}`, entity[3]] as const),
      ),
    ),
  );
  const shared = all.filter(({ at }) => theirs.has(at));
  const differences = shared.flatMap(({ at, score }) => {
    const other = theirs.get(at);
    return score === null || other == null ? [] : [Math.abs(score - other)];
  });
  return {
    both: shared.length,
    only_here: all.length - shared.length,
    only_newest: theirs.size - shared.length,
    most_score: differences.length ? Math.max(...differences) : null,
  };
}

void main();
