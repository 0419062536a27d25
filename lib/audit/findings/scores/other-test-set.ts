/** Another test set under a known name, and known types in other words. */
import type { SetFacts } from "../../evidence";
import type { Sighting, Sign } from "../../finding";
import { isElse, type KnownSet, knownSet } from "../../inputs/benchmark";

export const otherTestSet: Sign = ({ tests }) => {
  const seen = [...(tests?.sets ?? [])].flatMap(([name, facts]) => {
    const known = knownSet(name);
    return known ? [{ name, facts, known }] : [];
  });
  return [...others(seen), ...reworded(seen)];
};

interface Seen {
  name: string;
  facts: SetFacts;
  known: KnownSet;
}

function others(seen: readonly Seen[]): Sighting[] {
  return seen.flatMap(({ name, facts, known }) => {
    const why = [...foreignTypes(facts, known), ...foreignSize(facts, known)];
    if (why.length === 0) return [];
    return [
      {
        id: `other-test-set:${name}`,
        what: `What is called ${name} is another test set than the benchmark's: its score is no score of that benchmark.`,
        evidence: `${why.join("; ")}.`,
        effect: null,
        certain: true,
        spoils: true as const,
        ...(name === "mit_movie" ? { suspect: "other-movie-set" } : {}),
      },
    ];
  });
}

/** Types that no wording of the known ones is: more than one, since a typist errs. */
function foreignTypes({ types }: SetFacts, known: KnownSet): string[] {
  const foreign =
    types?.filter((type) => !isElse(type) && !known.types.some((one) => plain(one) === plain(type))) ?? [];
  return foreign.length > 1 ? [`types that it does not have: ${foreign.slice(0, 6).join(", ")}`] : [];
}

/** More sentences or mentions than there are; the same number in other words. */
function foreignSize({ texts, mentions, wordsSha256 }: SetFacts, known: KnownSet): string[] {
  return [
    ...(texts !== null && texts > known.texts ? [`${texts} sentences, it has ${known.texts}`] : []),
    ...(mentions !== null && mentions > known.mentions ? [`${mentions} mentions, it has ${known.mentions}`] : []),
    ...(texts === known.texts && wordsSha256 !== null && wordsSha256 !== known.wordsSha256
      ? ["as many sentences in other words (sha256)"]
      : []),
  ];
}

function reworded(seen: readonly Seen[]): Sighting[] {
  const pairs = seen.flatMap(({ name, facts, known }) =>
    (facts.types ?? [])
      .filter((type) => !isElse(type) && !known.types.includes(type))
      .flatMap((type) => {
        const one = known.types.find((candidate) => plain(candidate) === plain(type));
        return one ? [`${name}: "${type}" for "${one}"`] : [];
      }),
  );
  if (pairs.length === 0) return [];
  return [
    {
      id: "label-wording",
      what: "Types are asked in other words than GLiNER's evaluation asks them: the wording of a type moves its score.",
      evidence: `${pairs.slice(0, 8).join("; ")}${pairs.length > 8 ? `; and ${pairs.length - 8} more` : ""}.`,
      effect: null,
      certain: true,
    },
  ];
}

/** Without case, blanks, underscores and the British s: "musical_artist" is "musical artist". */
const plain = (type: string) =>
  type
    .toLowerCase()
    .replaceAll(/[^a-z]/g, "")
    .replace("isation", "ization")
    .replace(/^programlang$/, "programlanguage");
