/**
 * How models read texts that none of them was trained on, each text asked for types of its own:
 *
 *   node dist/test/bench/passages.js --part dev --model A=data/checkpoint --model B=runs/more-types/last --pair B:A [--limit 440] [--weight 3] [--json FILE]
 *
 * Sets: our own passages (sentences:PART), each asked for its types, those that it says are absent, and six of its domain that nothing
 * makes true of it; the same passages asked for six general types, where every type below one counts as it and an answer to words that
 * are such a thing only by one reading (`child ~ person`) counts neither way; and the sources of the
 * training corpora that are under other terms and were left out of training, beside the checkout. A threshold is chosen on dev, and
 * reported on test. Per set: F1 at each threshold, for types whose name training had and for the others; pairs by paired bootstrap.
 */
import { parseArgs } from "node:util";
import { useBackend } from "../../lib/backend";
import { readTypes } from "../../lib/data/marked/sentences";
import { typesAbove, typesSometimes } from "../../lib/data/marked/types";
import { loadRecords } from "../../lib/data/named";
import { goldTypes, type NerRecord, type NerSpan } from "../../lib/data/records";
import { loadWordings, relatedTypes, wordingNames } from "../../lib/data/wordings";
import { addCounts, type Counts, f1Scores } from "../../lib/evaluate/scoring/metrics";
import { PLAIN_RULES, scoreTexts } from "../../lib/evaluate/scoring/scoring";
import { bootstrapF1 } from "../../lib/evaluate/statistics/bootstrap";
import { calibrate } from "../../lib/evaluate/statistics/calibration";
import { compareF1 } from "../../lib/evaluate/statistics/paired";
import { writeAtomically } from "../../lib/files/atomic";
import { GLiNER } from "../../lib/gliner/gliner";
import { readRecipe } from "../../lib/gliner/recipe/recipe";
import { loadTrainingData } from "../../lib/gliner/training/recipe-data";
import { type AskedRecords, type Found, findAsked } from "../../lib/gliner/training/scoring";
import { unweighted } from "../../lib/model/loss/positive-weight";
import { randomStream } from "../../lib/random";

const THRESHOLDS = [0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6];
const DISTRACTORS = 6;
const GENERAL = ["person", "city", "country", "organization", "date", "company"];
/** Under other terms than NonCommercial-free ones: no model of the project was trained on them. */
const LEFT_OUT = ["pilener391", "pilener_sent", "webnlg", "gum_named", "re3d"];

/** F1, precision and recall of a model on a set at a threshold, in percent. */
export interface PassageRow {
  model: string;
  set: string;
  types: string;
  threshold: number;
  f1: number;
  ci95: [low: number, high: number];
  precision: number;
  recall: number;
  support: number;
  texts: number;
}

/** What this program writes. */
export interface PassageScores {
  part: string;
  /** A model's calibration error on a set has a row of its own. */
  rows: (PassageRow | { model: string; set: string; ece: number; ece_unweighted?: number })[];
  pairs: object[];
}

interface PassageSet {
  name: string;
  asked: AskedRecords[];
  /** For each text: answers that are not wrong, also where they are not gold. */
  open?: ReadonlySet<string>[];
}

const related = relatedTypes(loadWordings("sentences"));

/** Each record with its own types, and others of its source that nothing makes true of it. */
function ownTypes(
  name: string,
  records: readonly NerRecord[],
  pool: ReadonlyMap<string, readonly string[]>,
): PassageSet {
  const asked = records.map((record, i) => {
    const gold = new Set(record.ner.map(([, , type]) => type));
    const unsafe = new Set([...gold].flatMap((type) => [type, ...(related.get(type) ?? [])]));
    const others = (pool.get(record.src ?? "") ?? []).filter((type) => !unsafe.has(type));
    const drawn = randomStream(0, "passages", name, i).shuffle(others).slice(0, DISTRACTORS);
    const types = record.labels ?? [...new Set([...gold, ...(record.negatives ?? []), ...drawn])];
    return { types: types.slice(0, 25), records: [record] };
  });
  return { name, asked: asked.filter(({ types }) => types.length > 0) };
}

/** Every mention under the most special of the general types that is true of it; those above it, and those that may be, are open. */
function general(records: readonly NerRecord[]): PassageSet {
  const entries = readTypes();
  const trueOf = (type: string) => GENERAL.filter((one) => one === type || typesAbove(type, entries).has(one));
  const of = (type: string): string[] => {
    const true_ = trueOf(type);
    return true_.filter((one) => !true_.some((other) => typesAbove(other, entries).has(one)));
  };
  const openOf = ({ ner }: NerRecord) =>
    ner.flatMap(([start, end, type]) => {
      const sometimes = GENERAL.filter((one) => typesSometimes(type, entries).has(one));
      return [...trueOf(type), ...sometimes].map((one) => [start, end, one].join());
    });
  const mapped = records.map(({ tokens, ner }) => {
    const spans = ner.flatMap(([start, end, type]) => of(type).map((one): NerSpan => [start, end, one]));
    return { tokens, ner: [...new Map(spans.map((span) => [span.join(), span])).values()] };
  });
  const open = records.map((record) => new Set(openOf(record)));
  return { name: "six general types", asked: [{ types: GENERAL, records: mapped }], open };
}

function poolsOf(records: readonly NerRecord[]): Map<string, string[]> {
  const bySource = new Map<string, NerRecord[]>();
  for (const record of records) bySource.set(record.src ?? "", [...(bySource.get(record.src ?? "") ?? []), record]);
  return new Map([...bySource].map(([src, own]) => [src, goldTypes(own)]));
}

async function setsOf(part: string, limit: number, others: number): Promise<PassageSet[]> {
  const all = await loadRecords(`sentences:${part}`);
  const own = randomStream(0, "passages", part).shuffle(all).slice(0, limit);
  const sets = [ownTypes(`sentences:${part}`, own, poolsOf(all)), general(own)];
  if (others === 0) return sets;
  const corpus = (await loadRecords("corpus:train")).filter(
    ({ src = "", ner }) => LEFT_OUT.includes(src) && ner.length > 0,
  );
  for (const source of LEFT_OUT) {
    const records = corpus.filter(({ src }) => src === source);
    const some = randomStream(0, "passages", source).shuffle(records).slice(0, others);
    sets.push(ownTypes(source, some, poolsOf(records)));
  }
  return sets;
}

const percent = (value: number) => Number((100 * value).toFixed(2));

/** Counts by text at a threshold; only of the types that `isOf` takes, and without the answers that are open. */
function countsOf(
  { records, candidates }: Found,
  threshold: number,
  isOf: (type: string) => boolean,
  open?: PassageSet["open"],
): Counts[] {
  const gold = records.map((record) => ({ ...record, ner: record.ner.filter(([, , type]) => isOf(type)) }));
  const { predicted } = scoreTexts(records, candidates, { ...PLAIN_RULES, threshold });
  return gold.map(({ ner }, i) => {
    const wanted = new Set(ner.map(String));
    const answers = predicted[i].filter(([, , type]) => isOf(type)).map(String);
    const given = answers.filter((span) => wanted.has(span) || !open?.[i].has(span));
    const hits = given.filter((span) => wanted.has(span)).length;
    return { truePositives: hits, falsePositives: given.length - hits, falseNegatives: wanted.size - hits };
  });
}

/** The calibration error once the odds are divided by the weight that positives have in the loss. */
function withoutWeight({ records, candidates }: Found, weight?: string): { ece_unweighted?: number } {
  if (weight === undefined) return {};
  const led = candidates.map((spans) =>
    spans.map((span) => ({ ...span, score: unweighted(span.score, Number(weight)) })),
  );
  return { ece_unweighted: percent(calibrate(records, led).ece) };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      part: { type: "string", default: "dev" },
      model: { type: "string", multiple: true, default: [] },
      pair: { type: "string", multiple: true, default: [] },
      limit: { type: "string", default: "100000" },
      others: { type: "string", default: "0" },
      recipe: { type: "string", default: "data/recipes/more-types.yaml" },
      weight: { type: "string" },
      json: { type: "string" },
    },
  });
  await useBackend();
  const recipe = readRecipe(values.recipe);
  const { records: trained, wordings } = await loadTrainingData(recipe);
  // A synonym that training may have asked for is a trained name too.
  const names = new Set([
    ...goldTypes(trained),
    ...(wordings ? wordingNames(wordings, recipe.training.general_share > 0) : []),
  ]);
  const groups: Record<string, (type: string) => boolean> = {
    all: () => true,
    trained: (type) => names.has(type),
    "not trained": (type) => !names.has(type),
  };
  const sets = await setsOf(values.part, Number(values.limit), Number(values.others));
  const counts = new Map<string, Counts[][]>();
  const rows: PassageScores["rows"] = [];
  for (const given of values.model) {
    const [label, folder] = given.split("=");
    const model = await GLiNER.fromPretrained(folder);
    for (const { name, asked, open } of sets) {
      const found = await findAsked(model, asked);
      if (!found) continue;
      for (const [group, isOf] of Object.entries(groups))
        for (const threshold of THRESHOLDS) {
          const own = countsOf(found, threshold, isOf, open);
          const total = addCounts(own);
          if (total.truePositives + total.falseNegatives === 0) continue;
          counts.set([label, name, group, threshold].join("|"), [own]);
          const { precision, recall } = f1Scores(total);
          const { value, low, high } = bootstrapF1([own]);
          const support = total.truePositives + total.falseNegatives;
          rows.push({
            model: label,
            set: name,
            types: group,
            threshold,
            f1: percent(value),
            ci95: [percent(low), percent(high)],
            precision: percent(precision),
            recall: percent(recall),
            support,
            texts: own.length,
          });
        }
      const { ece } = calibrate(found.records, found.candidates);
      rows.push({ model: label, set: name, ece: percent(ece), ...withoutWeight(found, values.weight) });
      console.log(`${label} ${name} done`);
    }
    model.dispose();
  }
  const pairs = values.pair.flatMap((pair) => {
    const [a, b] = pair.split(":");
    return sets.flatMap(({ name }) =>
      Object.keys(groups).flatMap((group) =>
        [0.3, 0.4, 0.5].flatMap((threshold) => {
          const [x, y] = [a, b].map((label) => counts.get([label, name, group, threshold].join("|")));
          if (!x || !y) return [];
          const { difference, low, high, pPermutation } = compareF1(x, y);
          return [
            {
              pair,
              set: name,
              types: group,
              threshold,
              difference: percent(difference),
              ci95: [percent(low), percent(high)],
              p: pPermutation,
            },
          ];
        }),
      ),
    );
  });
  const result: PassageScores = { part: values.part, rows, pairs };
  if (values.json) writeAtomically(values.json, `${JSON.stringify(result, null, 1)}\n`);
  for (const row of [...rows, ...pairs]) console.log(JSON.stringify(row));
}

void main();
