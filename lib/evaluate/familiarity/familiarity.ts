/**
 * Familiarity of a training set for a test: how much the types of the one resemble those of the other, and how often they were
 * trained. F1 is not comparable between models without it: where types were trained under a similar name, zero-shot is easier.
 * @see Golde et al., NAACL 2025 (2025.naacl-long.37); held to its package in test/evaluate/familiarity
 */

/** Mentions by type. */
export type TypeCounts = Readonly<Record<string, number>>;

/** How familiar a test's types are. */
export interface Familiarity {
  /** Mean over the types, 0 (nothing alike was trained) to 1 (a thousand mentions of the very type were). */
  value: number;
  /** Of each type, with the training types nearest to it. */
  types: TypeFamiliarity[];
  /** Share of the types that training had by name. */
  seen: number;
}

/** How familiar one type of a test is, and which training types are nearest to it. */
export interface TypeFamiliarity {
  type: string;
  value: number;
  nearest: { type: string; similarity: number; count: number }[];
}

/** Mentions of the most similar types that are looked at, for each type of the test. */
const K = 1000;

/** 1 + 1/2 + ... + 1/n: the weights of ranks fall as Zipf's. */
const harmonic = (n: number) => {
  let sum = 0;
  for (let i = 1; i <= n; i++) sum += 1 / i;
  return sum;
};

/**
 * One type of a test. The training mentions are put in the order of their type's similarity; the first K of them count, the one of
 * rank r with weight 1/r. A training set with fewer mentions has nothing at the ranks that it lacks.
 * @param similarity of each training type, 0..1 @param counts their mentions
 */
export function familiarityOfType(similarity: readonly number[], counts: readonly number[], k = K): number {
  const order = similarity.map((_, i) => i).sort((a, b) => similarity[b] - similarity[a]);
  let [rank, sum] = [0, 0];
  for (const i of order) {
    const last = Math.min(k, rank + counts[i]);
    sum += similarity[i] * (harmonic(last) - harmonic(rank));
    rank = last;
    if (rank === k) break;
  }
  return sum / harmonic(k);
}

/**
 * @param trained mentions by type @param asked the types of the test
 * @param vectors of every name, e.g. by `typeVectors`
 */
export function familiarity(
  trained: TypeCounts,
  asked: readonly string[],
  vectors: ReadonlyMap<string, Float32Array>,
): Familiarity {
  const names = Object.keys(trained);
  const counts = names.map((name) => trained[name]);
  const types = asked.map((type): TypeFamiliarity => {
    const similarity = names.map((name) => clippedCosine(vectors.get(type), vectors.get(name)));
    const nearest = names
      .map((name, i) => ({ type: name, similarity: similarity[i], count: counts[i] }))
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, 3);
    return { type, value: familiarityOfType(similarity, counts), nearest };
  });
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
  const seen = asked.map((type) => Number(Object.hasOwn(trained, type)));
  return { value: mean(types.map(({ value }) => value)), types, seen: mean(seen) };
}

/** What points away counts as unlike. */
function clippedCosine(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (!a || !b) throw new Error("familiarity wants a vector of every type");
  let [product, x, y] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += a[i] * b[i];
    x += a[i] ** 2;
    y += b[i] ** 2;
  }
  return x === 0 || y === 0 ? 0 : Math.max(0, product / Math.sqrt(x * y));
}

/** Mentions by type, the most frequent first. */
export function countTypes(records: readonly { ner: readonly (readonly [number, number, string])[] }[]): TypeCounts {
  const counts = new Map<string, number>();
  for (const { ner } of records) for (const [, , type] of ner) counts.set(type, (counts.get(type) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
}
