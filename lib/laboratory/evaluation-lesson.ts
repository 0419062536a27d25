/** Finds a model and test sentences for the lessons on evaluation, with substitutes where downloads fail. */
import { basename } from "node:path";
import { loadRecords } from "../data/named";
import { goldTypes, type NerRecord } from "../data/records";
import { ZERO_SHOT_SETS, zeroShotTest } from "../data/zero-shot-tests";
import { UserError } from "../errors";
import type { BenchmarkSet } from "../evaluate/benchmark";
import type { ModelIdentity } from "../evaluate/predictions/predictions";
import { modelIdentity } from "../gliner/checkpoint/identity";
import { modelFolder } from "../gliner/checkpoint/shipped";
import { GLiNER } from "../gliner/gliner";

/** A model and sentences to evaluate it on, as good as this machine has them. */
export interface EvaluationLesson {
  model: GLiNER;
  identity: ModelIdentity;
  sets: BenchmarkSet[];
  /** What the model and the sets are, for the reader. */
  about: { model: string; sets: string };
}

/**
 * The model that WORKBOOK_MODEL names, else the one that comes with the project, on the seven zero-shot tests. Where the
 * public tests cannot be had it reads the project's own sentences, a set a domain, and `about` says why.
 * @param sentences taken of each set, from its beginning
 */
export async function evaluationLesson(sentences: number): Promise<EvaluationLesson> {
  const folder = modelFolder();
  const identity = await modelIdentity(folder);
  const model = await GLiNER.fromPretrained(folder);
  const { sets, about } = await publicSets(sentences);
  return { model, identity, sets, about: { model: `${basename(folder)}, loaded from its folder`, sets: about } };
}

async function publicSets(sentences: number): Promise<{ sets: BenchmarkSet[]; about: string }> {
  const sets: BenchmarkSet[] = [];
  try {
    for (const name of ZERO_SHOT_SETS) sets.push(toSet(name, await zeroShotTest(name), sentences));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { sets: own, about } = await sampleSets(sentences);
    return { sets: own, about: `${about}; the public tests cannot be had: ${error.message}` };
  }
  return { sets, about: `the first ${sentences} sentences of each of the seven zero-shot tests` };
}

/** The sentences of data/sample's development and test part, by their domain. */
async function sampleSets(sentences: number): Promise<{ sets: BenchmarkSet[]; about: string }> {
  const held = [...(await loadRecords("sample:dev")), ...(await loadRecords("sample:test"))];
  const domains = [...new Set(held.map(({ src }) => src ?? "sample"))];
  const sets = domains.map((domain) => {
    return toSet(
      domain,
      held.filter(({ src }) => (src ?? "sample") === domain),
      sentences,
    );
  });
  return {
    sets,
    about: "sentences of data/sample, a set a domain",
  };
}

/** The types are those of the whole set, whatever part is read. */
function toSet(name: string, records: readonly NerRecord[], sentences: number): BenchmarkSet {
  return { name, records: records.slice(0, sentences), types: goldTypes(records) };
}
