/** A study that shuffles the types of the prompt and scores the answers to each order. */
import type { NerRecord } from "../../data/records";
import { usageError } from "../../errors";
import { randomStream } from "../../random";
import type { Predictor } from "../predictions/predict";
import { addCounts, type Counts, f1Scores, type Scores } from "../scoring/metrics";
import { askedOnly } from "../zero-shot";
import { type StudyOptions, scoreRound, tellRound } from "./prompt-study";

/**
 * What the order of the types in the prompt is worth. They stand in the encoder's input, at positions and beside
 * neighbours, so that another order gives other probabilities for the same question.
 */
export interface OrderStudy {
  /** The order as given first, then the random ones. */
  orders: OrderResult[];
  /** Over the random orders: mean, standard deviation (n - 1; of a single one 0), least and most of F1. */
  mean: number;
  sd: number;
  least: number;
  most: number;
  /** Entities found under every order, and under at least one, that of the list included. */
  always: number;
  sometimes: number;
}

export interface OrderResult extends Scores {
  order: string[];
  /** Of each sentence, for paired comparisons. */
  counts: Counts[];
}

/**
 * Asks for the same types in other orders. One pass over the texts an order.
 * @param options.orders how many random orders, no two alike, at least 2; default 10; all there are where there are fewer
 * @throws UserError where there are fewer than two types to order, or orders
 */
export async function studyOrders(
  predictor: Predictor,
  records: readonly NerRecord[],
  types: readonly string[],
  options: StudyOptions & { orders?: number } = {},
): Promise<OrderStudy> {
  const { orders: wanted = 10, seed = 0 } = options;
  const asked = [...new Set(types)];
  if (asked.length < 2) throw usageError(`got ${asked.length} type, wanted at least 2 to order.`);
  if (!Number.isSafeInteger(wanted) || wanted < 2)
    throw usageError(`orders is ${wanted}, wanted a whole number from 2 on.`);
  const shuffled = otherOrders(asked, wanted, seed);
  const gold = askedOnly(records, asked);
  const seen = new Map<string, number>();
  const orders: OrderResult[] = [];
  for (const [round, order] of [asked, ...shuffled].entries()) {
    const scored = await scoreRound(predictor, gold, order, {}, tellRound(options, round, shuffled.length + 1));
    orders.push({ order, ...f1Scores(addCounts(scored.counts)), counts: scored.counts });
    for (const [i, spans] of scored.predicted.entries())
      for (const key of new Set(spans.map((span) => `${i} ${span}`))) seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  const found = [...seen.values()];
  return {
    orders,
    ...spread(orders.slice(1).map(({ f1 }) => f1)),
    always: found.filter((times) => times === orders.length).length,
    sometimes: found.length,
  };
}

/** Other orders by name: from the last to the first, and one that was drawn once and is the same for everybody. */
export const LABEL_ORDERS = ["reversed", "shuffled"] as const;
export type LabelOrder = (typeof LABEL_ORDERS)[number];

export function reordered(types: readonly string[], order: LabelOrder): string[] {
  return order === "reversed" ? [...types].reverse() : randomStream(0, "label order", 0).shuffle(types);
}

/** Random orders without repetition, the one as given left out. */
function otherOrders(types: readonly string[], wanted: number, seed: number): string[][] {
  let possible = 1;
  for (let n = 2; n <= types.length && possible <= wanted; n++) possible *= n;
  const orders = new Map([[types.join("\n"), [...types]]]);
  for (let n = 0; orders.size < Math.min(wanted + 1, possible); n++) {
    const order = randomStream(seed, "label order", n).shuffle(types);
    orders.set(order.join("\n"), order);
  }
  return [...orders.values()].slice(1);
}

function spread(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    mean,
    sd: Math.sqrt(squares / Math.max(1, values.length - 1)),
    least: Math.min(...values),
    most: Math.max(...values),
  };
}
