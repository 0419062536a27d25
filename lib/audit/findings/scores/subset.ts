/** Scores over some of a test's sentences. */
import type { SetFacts } from "../../evidence";
import type { Sign } from "../../finding";
import { type KnownSet, knownSet } from "../../inputs/benchmark";

export const subset: Sign = ({ tests }) => {
  const cut = [...(tests?.sets ?? [])].flatMap(([name, facts]) => {
    const known = knownSet(name);
    const why = known && isPart(facts, known);
    return why ? [{ name, ...why }] : [];
  });
  if (!tests || cut.length === 0) return [];
  const sizes = new Set(cut.map(({ texts }) => texts));
  const [same] = sizes.size === 1 ? sizes : [null];
  return [
    {
      id: "subset-of-sentences",
      what: `The scores are over a part of the sentences${same ? `, ${same} of each set (the first ${same}?)` : ""}: another number than that of the whole test.`,
      evidence: `${cut.map(({ name, words }) => `${name}: ${words}`).join("; ")}.`,
      effect: null,
      certain: cut.some(({ texts }) => texts !== null),
      spoils: true,
    },
  ];
};

/** Fewer sentences, or so few mentions that some must be missing. */
function isPart(
  { texts, mentions, types }: SetFacts,
  known: KnownSet,
): { texts: number | null; words: string } | undefined {
  // Other types are another test set, which is another sign.
  if (types?.some((type) => !known.types.includes(type)) && texts === null) return undefined;
  if (texts !== null) return texts < known.texts ? { texts, words: `${texts} of ${known.texts} sentences` } : undefined;
  if (mentions === null || mentions >= known.mentionsWithoutElse) return undefined;
  return { texts: null, words: `${mentions} of at least ${known.mentionsWithoutElse} mentions` };
}
