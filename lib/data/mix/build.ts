import { createHash } from "node:crypto";
import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { sha256OfFile } from "../../backend/install/hash";
import { UserError } from "../../errors";
import { stream } from "../../random";
import { AtomicFile, writeAtomically } from "../../weights/atomic";
import { OverlapIndex } from "../overlap";
import { type NerRecord, recordLine, typesOf } from "../records";
import { sourceRecords } from "../source-records";
import { addressOf, findSource, readSources, type SourceOptions, sourceFile } from "../sources";
import type { MixRecipe, MixSource } from "./recipe";
import { mixSource, type SourceCounts } from "./source";

/**
 * A recipe -> train.jsonl, dev.jsonl and manifest.json: the same recipe and sources give the same bytes. The manifest says where every sentence
 * came from, what was left out and why, and which hashes went in and came out.
 */
export interface MixManifest {
  recipe: MixRecipe;
  sources: (SourceCounts & { name: string; files: SourceFileEntry[]; train: number; dev: number })[];
  /** Sources that the licence filter left out. */
  excluded: { name: string; licence: string }[];
  overlap: { tests: string[]; sentences: number; sentences_left_out: number; runs_left_out: number };
  files: { train: FileEntry; dev: FileEntry };
}

interface SourceFileEntry {
  id: string;
  address: string;
  licence: string;
  sha256: string;
}

export interface FileEntry {
  name: string;
  sha256: string;
  records: number;
  spans: number;
  types: number;
}

/**
 * Builds a mix in memory that holds its sentences (about 1 kB each).
 * @throws UserError like `sourceFile`, and where nothing is left; the files are then as they were before
 */
export async function buildMix(recipe: MixRecipe, folder: string, options: SourceOptions = {}): Promise<MixManifest> {
  const sources = options.sources ?? readSources();
  const state = {
    recipe,
    seen: new Set<string>(),
    options: { ...options, sources },
    ...(await testIndex(recipe, { ...options, sources })),
  };
  const excluded: MixManifest["excluded"] = [];
  const built: MixManifest["sources"] = [];
  const sets = { train: [] as NerRecord[], dev: [] as NerRecord[] };
  for (const source of recipe.sources) {
    const licence = forbiddenLicence(source, recipe, sources);
    if (licence) {
      excluded.push({ name: source.name, licence });
      continue;
    }
    const { records, counts } = await mixSource(source, state);
    const dev = Math.round(records.length * recipe.dev.share);
    sets.dev.push(...records.slice(0, dev));
    sets.train.push(...records.slice(dev));
    const files = await Promise.all(source.from.map((id) => fileEntry(id, { ...options, sources })));
    built.push({ name: source.name, files, ...counts, train: records.length - dev, dev });
  }
  if (sets.train.length === 0)
    throw new UserError("the mix has no sentence left; see its limits and its licence filter.");
  const left = (reason: "overlap_sentence" | "overlap_run") =>
    built.reduce((sum, { left_out }) => sum + left_out[reason], 0);
  return write(folder, sets, {
    recipe,
    sources: built,
    excluded,
    overlap: {
      tests: recipe.overlap.tests,
      sentences: state.testSentences,
      sentences_left_out: left("overlap_sentence"),
      runs_left_out: left("overlap_run"),
    },
  });
}

async function testIndex(
  recipe: MixRecipe,
  options: SourceOptions,
): Promise<{ tests: OverlapIndex; testSentences: number }> {
  const { tests: ids, min_words: minWords, run } = recipe.overlap;
  const tests = new OverlapIndex({ minWords, run });
  let testSentences = 0;
  for (const id of ids)
    for await (const { record } of sourceRecords(id, undefined, options)) {
      tests.add(record.tokens, id);
      testSentences++;
    }
  return { tests, testSentences };
}

function forbiddenLicence(
  { from }: MixSource,
  recipe: MixRecipe,
  sources: SourceOptions["sources"],
): string | undefined {
  const licences = from.map((id) => findSource(id, sources).licence);
  return licences.find((licence) =>
    recipe.exclude_licences.some((part) => licence.toLowerCase().includes(part.toLowerCase())),
  );
}

async function fileEntry(id: string, options: SourceOptions): Promise<SourceFileEntry> {
  const source = findSource(id, options.sources);
  const sha256 = await sha256OfFile(await sourceFile(id, options));
  return { id, address: addressOf(source), licence: source.licence, sha256 };
}

/** All three files or none: each is whole before the first takes its place. */
function write(
  folder: string,
  sets: { train: NerRecord[]; dev: NerRecord[] },
  manifest: Omit<MixManifest, "files">,
): MixManifest {
  mkdirSync(folder, { recursive: true });
  const files = {
    train: writeSet(folder, "train", sets.train, manifest.recipe.seed),
    dev: writeSet(folder, "dev", sets.dev, manifest.recipe.seed),
  };
  const whole = { ...manifest, files };
  writeAtomically(join(folder, "manifest.json.new"), `${JSON.stringify(whole, null, 2)}\n`);
  for (const name of ["train.jsonl", "dev.jsonl", "manifest.json"])
    renameSync(join(folder, `${name}.new`), join(folder, name));
  return whole;
}

function writeSet(folder: string, name: "train" | "dev", records: readonly NerRecord[], seed: number): FileEntry {
  const file = new AtomicFile(join(folder, `${name}.jsonl.new`));
  const hash = createHash("sha256");
  for (const record of stream(seed, "mix order", name).shuffle(records)) {
    const line = `${recordLine(record)}\n`;
    hash.update(line);
    file.write(line);
  }
  file.commit();
  const spans = records.reduce((sum, { ner }) => sum + ner.length, 0);
  return {
    name: `${name}.jsonl`,
    sha256: hash.digest("hex"),
    records: records.length,
    spans,
    types: typesOf(records).length,
  };
}
