import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { PROJECT_ROOT } from "../backend";
import { loadRecords } from "../data/named";
import { type NerRecord, typesOf } from "../data/records";
import { ZERO_SHOT_SETS, zeroShotTest } from "../data/zero-shot-tests";
import { UserError } from "../errors";
import type { BenchmarkSet } from "../evaluate/benchmark";
import type { ModelIdentity } from "../evaluate/predictions";
import { GLiNER } from "../gliner/gliner";
import { identityOf } from "../gliner/identity";
import { type SmallModelOptions, smallModel } from "./small-model";

/** A model and sentences to evaluate it on, as good as this machine has them. */
export interface EvaluationLesson {
  model: GLiNER;
  identity: ModelIdentity;
  sets: BenchmarkSet[];
  /** What the model and the sets are, for the reader. */
  about: { model: string; sets: string };
}

export interface LessonOptions extends Pick<SmallModelOptions, "steps" | "seed" | "onStep" | "signal"> {
  /** Sentences taken of each set, from its beginning. */
  sentences: number;
}

/**
 * The model that WORKBOOK_MODEL names, or one that lies beside the checkout, on the seven zero-shot tests. Where there is none a
 * small one is trained on the project's own sentences; it then reads those it was not trained on, a set a domain. Where
 * the public tests cannot be had it is these sentences too, and `about` says why.
 */
export async function evaluationLesson(options: LessonOptions): Promise<EvaluationLesson> {
  const folder = process.env.WORKBOOK_MODEL || join(PROJECT_ROOT, "..", "shared", "python-run-1500");
  if (!existsSync(folder) && !process.env.WORKBOOK_MODEL) {
    const records = await loadRecords("sample:train");
    const model = await smallModel({ types: typesOf(records), records }, options);
    const { sets, about } = await sampleSets(options.sentences);
    const identity = { name: "trained in this notebook", sha256: "", max_width: model.config.max_width };
    return { model, identity, sets, about: { model: "a small one, trained here on data/sample", sets: about } };
  }
  const identity = await identityOf(folder);
  const model = await GLiNER.fromPretrained(folder);
  const { sets, about } = await publicSets(options.sentences);
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

/** The sentences of data/sample that nothing was trained on, by their domain. */
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
    about: "sentences of data/sample that were held out, a set a domain; not zero-shot, the types are known",
  };
}

/** The types are those of the whole set, whatever part is read. */
function toSet(name: string, records: readonly NerRecord[], sentences: number): BenchmarkSet {
  return { name, records: records.slice(0, sentences), types: typesOf(records) };
}
