/**
 * What kind of mistake each prediction is, and which gold mentions were missed. Every prediction and every gold mention is
 * used once, the best pairs first, so that one long prediction does not excuse three misses.
 *
 * The kinds are those of the MUC scheme that nervaluate follows, with both mistakes at once kept apart.
 */
export type ErrorKind = "right" | "boundary" | "type" | "both" | "missed" | "spurious";

/** A typed stretch of characters; end exclusive. */
export interface TypedSpan {
  start: number;
  end: number;
  label: string;
}

/** A prediction with the gold mention it was paired with; one of the two is absent for `missed` and `spurious`. */
export interface Judged<S extends TypedSpan> {
  kind: ErrorKind;
  gold?: TypedSpan;
  predicted?: S;
}

/** In this order pairs are made; within a kind the larger overlap first, then the earlier mention. */
const PAIRS = ["right", "type", "boundary", "both"] as const;

/**
 * Judges the predictions of one text. Duplicates count once, as in `countMatches`.
 * @returns in reading order; `right`, `boundary`, `type`, `both` have both sides
 */
export function judge<S extends TypedSpan>(gold: readonly TypedSpan[], predicted: readonly S[]): Judged<S>[] {
  const mentions = new Set(distinct(gold));
  const guesses = new Set(distinct(predicted));
  const judged: Judged<S>[] = [];
  for (const kind of PAIRS)
    for (const { mention, guess } of pairs(mentions, guesses, kind)) {
      if (!mentions.has(mention) || !guesses.has(guess)) continue;
      judged.push({ kind, gold: mention, predicted: guess });
      mentions.delete(mention);
      guesses.delete(guess);
    }
  for (const mention of mentions) judged.push({ kind: "missed", gold: mention });
  for (const guess of guesses) judged.push({ kind: "spurious", predicted: guess });
  return judged.sort((a, b) => placeOf(a) - placeOf(b));
}

function pairs<S extends TypedSpan>(mentions: Set<TypedSpan>, guesses: Set<S>, kind: ErrorKind) {
  const all = [...guesses].flatMap((guess) => [...mentions].map((mention) => ({ mention, guess })));
  const fitting = all.filter(({ mention, guess }) => kindOf(mention, guess) === kind);
  return fitting.sort(
    (a, b) => overlap(b.mention, b.guess) - overlap(a.mention, a.guess) || a.mention.start - b.mention.start,
  );
}

function kindOf(mention: TypedSpan, guess: TypedSpan): ErrorKind | undefined {
  const sameType = mention.label === guess.label;
  if (mention.start === guess.start && mention.end === guess.end) return sameType ? "right" : "type";
  if (overlap(mention, guess) <= 0) return undefined;
  return sameType ? "boundary" : "both";
}

/** Characters that both cover. */
const overlap = (a: TypedSpan, b: TypedSpan) => Math.min(a.end, b.end) - Math.max(a.start, b.start);

const placeOf = ({ gold, predicted }: Judged<TypedSpan>) => predicted?.start ?? gold?.start ?? 0;

function distinct<S extends TypedSpan>(spans: readonly S[]): S[] {
  return [...new Map(spans.map((span) => [`${span.start} ${span.end} ${span.label}`, span])).values()];
}
