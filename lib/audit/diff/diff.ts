/** Two configurations, key by key, as the code of each one's day sees them. */
import { type Configuration, isAside } from "../configuration/configuration";
import { keyOf, weightOf } from "../configuration/keys";

/**
 * One side of a row. `given` = in its file, `code` = what its version does without being told, `dead` = in the file and read by
 * nothing, `overridden` = read, and replaced by the code, `misspelt` = under a key that no version has, `absent` = nowhere.
 */
export interface Side {
  value: unknown;
  origin: "given" | "code" | "dead" | "overridden" | "misspelt" | "absent";
  /** What the file says where that does not hold. */
  said?: unknown;
  note?: string;
}

/** One key of two configurations. */
export interface DiffRow {
  key: string;
  /** What the key decides, or null where it is not known here. */
  words: string | null;
  a: Side;
  b: Side;
  /** Whether what holds differs; false = only what is written. */
  matters: boolean;
}

/** Whose keys these are. */
export interface DiffHead {
  name: string;
  kind: string;
  /** The version of GLiNER whose code reads it; null = not known. */
  era: string | null;
  /** Why that version cannot take the file at all; null = nothing speaks against it. */
  refused: string | null;
}

/** Two configurations, key by key. */
export interface ConfigurationDiff {
  a: DiffHead;
  b: DiffHead;
  rows: DiffRow[];
}

/** Rows that matter first, then by the weight of the key. */
export function diffConfigurations(a: Configuration, b: Configuration): ConfigurationDiff {
  const keys = new Set([...a.given.keys(), ...b.given.keys(), ...a.effective.keys(), ...b.effective.keys()]);
  const rows = [...keys]
    .filter((key) => !isAside(key) && !isIdle(key, a, b))
    .map((key) => rowOf(key, a, b))
    .filter(({ a: left, b: right, matters }) => matters || isSuspicious(left) || isSuspicious(right))
    .sort(
      (x, y) => Number(y.matters) - Number(x.matters) || weightOf(x.key) - weightOf(y.key) || (x.key < y.key ? -1 : 1),
    );
  const head = ({ name, kind, era, refused }: Configuration): DiffHead => ({ name, kind, era, refused });
  return { a: head(a), b: head(b), rows };
}

/** A part of a formula that neither side uses. */
function isIdle(key: string, ...sides: Configuration[]): boolean {
  const all = (name: string, fits: (value: unknown) => boolean) =>
    sides.every(({ effective }) => fits(effective.get(name)));
  if (key === "mean_over") return all("loss_reduction", (value) => value !== "mean");
  if (FOCAL_KEYS.has(key)) return all("loss_type", (value) => value === "dice");
  return key === "dice_gamma" && all("loss_type", (value) => value !== "dice");
}

/** Dice reads none of them. */
const FOCAL_KEYS: ReadonlySet<string> = new Set(["loss_alpha", "loss_gamma", "label_smoothing", "loss_prob_margin"]);

function rowOf(key: string, a: Configuration, b: Configuration): DiffRow {
  const [left, right] = [sideOf(key, a), sideOf(key, b)];
  // Where one side's version is not known, nobody can say what it does in silence.
  const comparable = left.origin !== "absent" && right.origin !== "absent";
  const matters = comparable ? !same(left.value, right.value) : left.origin === "given" || right.origin === "given";
  return { key, words: keyOf(key)?.words ?? null, a: left, b: right, matters };
}

function sideOf(key: string, side: Configuration): Side {
  const { given, unread, misspelt, overridden, effective } = side;
  if (misspelt.has(key)) {
    const close = misspelt.get(key);
    return {
      value: undefined,
      origin: "misspelt",
      said: given.get(key),
      note: close ? `did you mean ${close}?` : "unknown",
    };
  }
  if (unread.has(key))
    return { value: effective.get(key), origin: "dead", said: given.get(key), note: unread.get(key) };
  if (overridden.has(key))
    return { value: effective.get(key), origin: "overridden", said: given.get(key), note: overridden.get(key) };
  if (given.has(key)) return { value: given.get(key), origin: "given" };
  return effective.has(key) ? { value: effective.get(key), origin: "code" } : { value: undefined, origin: "absent" };
}

const isSuspicious = ({ origin, said, value }: Side) =>
  origin === "misspelt" || ((origin === "dead" || origin === "overridden") && !same(said, value));

const same = (x: unknown, y: unknown) => JSON.stringify(x ?? null) === JSON.stringify(y ?? null);

/** A side in words: "markerV0", "1 (not in the file: ...)", "says true, and nothing reads it (...): it is false". */
export function sideWords({ value, origin, said, note }: Side): string {
  if (origin === "given") return show(value);
  if (origin === "code") return `${show(value)} (not in the file: its version takes this by itself)`;
  if (origin === "absent") return "not in the file, and nothing is known that would stand in for it";
  if (origin === "misspelt") return `${show(said)} under a key that no version has (${note}): it does nothing`;
  const done = value === undefined ? "as if the line were not there" : `what happens: ${show(value)}`;
  if (origin === "overridden") return `says ${show(said)}, which is read and then replaced (${note}); ${done}`;
  return `says ${show(said)}, which nothing reads (${note}); ${done}`;
}

const show = (value: unknown) => (typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing"));
