/** A training corpus from several sources: mixes, splits off a development set, writes files and manifest. */
import { createHash } from "node:crypto";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../errors";
import { AtomicFile, writeAtomically } from "../../files/atomic";
import { ensureFolder } from "../../files/folders";
import { sha256OfFile } from "../../files/hash";
import { lock } from "../../files/lock";
import { followLinks } from "../../files/target";
import { randomStream } from "../../random";
import { OverlapIndex } from "../overlap";
import { goldTypes, type NerRecord, recordLine } from "../records";
import { sourceRecords } from "../source-records";
import { addressOf, findSource, readSources, type SourceOptions, sourceFile } from "../sources";
import type { MixRecipe, MixSource } from "./recipe";
import { type MixState, mixSource, type SourceCounts } from "./source";

/**
 * A recipe -> train.jsonl, dev.jsonl and manifest.json: the same recipe and sources give the same bytes. The manifest says
 * where every sentence came from, what was left out and why, and which hashes went in and came out.
 */
export interface MixManifest {
  recipe: MixRecipe;
  sources: (SourceCounts & { name: string; files: SourceFileEntry[]; train: number; dev: number })[];
  /** Sources that the licence filter left out. */
  excluded: { name: string; licence: string }[];
  overlap: {
    tests: string[];
    sentences: number;
    sentences_left_out: number;
    runs_left_out: number;
    /** Development sentences that went to the training set since they share a run with one of it. */
    dev_moved: number;
  };
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
export async function buildMix(recipe: MixRecipe, folder: string, given: SourceOptions = {}): Promise<MixManifest> {
  const options = { ...given, sources: given.sources ?? readSources() };
  const { tests, testSentences } = await testIndex(recipe, options);
  const state = { recipe, tests, seen: new Set<string>(), options };
  const excluded: MixManifest["excluded"] = [];
  const parts: Part[] = [];
  for (const source of recipe.sources) {
    const licence = forbiddenLicence(source, recipe, options.sources);
    if (licence) excluded.push({ name: source.name, licence });
    else parts.push(await readPart(source, state));
  }
  const { sets, moved } = divided(parts, recipe);
  if (sets.train.length === 0)
    throw new UserError("the mix has no sentence left; see its limits and its licence filter.");
  const left = (reason: "overlap_sentence" | "overlap_run") =>
    parts.reduce((sum, { counts }) => sum + counts.left_out[reason], 0);
  return write(folder, sets, {
    recipe,
    sources: parts.map(({ name, files, counts }) => {
      const of = (set: readonly NerRecord[]) => set.filter(({ src }) => src === name).length;
      return { name, files, ...counts, train: of(sets.train), dev: of(sets.dev) };
    }),
    excluded,
    overlap: {
      tests: recipe.overlap.tests,
      sentences: testSentences,
      sentences_left_out: left("overlap_sentence"),
      runs_left_out: left("overlap_run"),
      dev_moved: moved,
    },
  });
}

/** What one source gives, in the order drawn by the seed. */
interface Part {
  name: string;
  files: SourceFileEntry[];
  records: NerRecord[];
  counts: SourceCounts;
}

async function readPart(source: MixSource, state: MixState): Promise<Part> {
  const { records, counts } = await mixSource(source, state);
  const files = await Promise.all(source.from.map((id) => fileEntry(id, state.options)));
  return { name: source.name, files, records, counts };
}

type Sets = { train: NerRecord[]; dev: NerRecord[] };

/**
 * The share of every part that is for development, the rest for training. A development sentence that shares a run of words with a
 * training sentence, such as its neighbour in a passage that repeats itself, goes to the training set.
 */
function divided(parts: readonly Part[], { dev: { share }, overlap }: MixRecipe): { sets: Sets; moved: number } {
  const sets: Sets = { train: [], dev: [] };
  for (const { records } of parts) {
    const count = Math.round(records.length * share);
    sets.dev.push(...records.slice(0, count));
    sets.train.push(...records.slice(count));
  }
  const index = new OverlapIndex({ minWords: overlap.min_words, run: overlap.run });
  for (const { tokens } of sets.train) index.add(tokens, "train");
  const isShared = ({ tokens }: NerRecord) => index.find(tokens) !== undefined;
  const shared = sets.dev.filter(isShared);
  return {
    sets: { train: [...sets.train, ...shared], dev: sets.dev.filter((record) => !isShared(record)) },
    moved: shared.length,
  };
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
function write(folder: string, sets: Sets, manifest: Omit<MixManifest, "files">): MixManifest {
  ensureFolder(folder, "the folder of the mix");
  // Two that write one mix would leave one's sentences under the other's manifest.
  const own = lock(join(folder, "mix.lock"), `the folder of the mix ${folder}`);
  try {
    return writeFiles(folder, sets, manifest);
  } finally {
    own.release();
  }
}

function writeFiles(folder: string, sets: Sets, manifest: Omit<MixManifest, "files">): MixManifest {
  const files = {
    train: writeSet(folder, "train", sets.train, manifest.recipe.seed),
    dev: writeSet(folder, "dev", sets.dev, manifest.recipe.seed),
  };
  const whole = { ...manifest, files };
  writeAtomically(join(folder, "manifest.json.new"), `${JSON.stringify(whole, null, 2)}\n`);
  for (const name of ["train.jsonl", "dev.jsonl", "manifest.json"])
    renameSync(join(folder, `${name}.new`), followLinks(join(folder, name)));
  return whole;
}

function writeSet(folder: string, name: "train" | "dev", records: readonly NerRecord[], seed: number): FileEntry {
  const file = new AtomicFile(join(folder, `${name}.jsonl.new`));
  const hash = createHash("sha256");
  for (const record of randomStream(seed, "mix order", name).shuffle(records)) {
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
    types: goldTypes(records).length,
  };
}
