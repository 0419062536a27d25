/** Finds a model and test sentences for the lessons on evaluation, with substitutes where downloads fail. */
import { basename } from "node:path";
import { loadRecords } from "../data/named";
import { byCodePoint, goldTypes, type NerRecord } from "../data/records";
import { ZERO_SHOT_SETS, zeroShotTest } from "../data/zero-shot-tests";
import { UserError } from "../errors";
import type { BenchmarkSet } from "../evaluate/benchmark";
import type { ModelIdentity } from "../evaluate/predictions/predictions";
import { askedOnly } from "../evaluate/zero-shot";
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
    const { sets: own, about } = await ownSets(sentences);
    return { sets: own, about: `${about}; the public tests cannot be had: ${error.message}` };
  }
  return { sets, about: `the first ${sentences} sentences of each of the seven zero-shot tests` };
}

/** Domains of our own texts that are about what the seven tests are about. */
const DOMAINS = ["computing", "books", "music", "politics", "physics", "film", "restaurants"];

/** A prompt of more types would leave little room for a text. */
const TYPES = 16;

/** Texts of data/sentences that nothing is trained on, a set a domain, each asked for its most frequent types. */
async function ownSets(sentences: number): Promise<{ sets: BenchmarkSet[]; about: string }> {
  const held = [...(await loadRecords("sentences:dev")), ...(await loadRecords("sentences:test"))];
  const sets = DOMAINS.map((domain) => {
    const own = held.filter(({ src }) => src === domain);
    const types = mostFrequent(own);
    return { ...toSet(domain, askedOnly(own, types), sentences), types };
  });
  return { sets, about: `texts of data/sentences, a set a domain, each asked for its ${TYPES} most frequent types` };
}

function mostFrequent(records: readonly NerRecord[]): string[] {
  const counts = new Map<string, number>();
  for (const { ner } of records) for (const [, , type] of ner) counts.set(type, (counts.get(type) ?? 0) + 1);
  const byCount = [...counts].sort(([a, n], [b, m]) => m - n || byCodePoint(a, b));
  return byCount.slice(0, TYPES).map(([type]) => type);
}

/** The types are those of the whole set, whatever part is read. */
function toSet(name: string, records: readonly NerRecord[], sentences: number): BenchmarkSet {
  return { name, records: records.slice(0, sentences), types: goldTypes(records) };
}
