/** Two configurations, key by key, as the code of each one's day sees them. */
import { type Configuration, isAside } from "../configuration/configuration";
import { keyOf, weightOf } from "../configuration/keys";

/** One side of a row. `given` = in its file, `code` = what its version does without being told, `absent` = neither. */
export interface Side {
  value: unknown;
  origin: "given" | "code" | "dead" | "misspelt" | "absent";
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

/** Two configurations, key by key. */
export interface ConfigurationDiff {
  a: { name: string; kind: string; era: string | null };
  b: { name: string; kind: string; era: string | null };
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
  const head = ({ name, kind, era }: Configuration) => ({ name, kind, era });
  return { a: head(a), b: head(b), rows };
}

/** A part of a formula that neither side uses. */
const isIdle = (key: string, ...sides: Configuration[]) =>
  key === "mean_over" && sides.every(({ effective }) => effective.get("loss_reduction") !== "mean");

function rowOf(key: string, a: Configuration, b: Configuration): DiffRow {
  const [left, right] = [sideOf(key, a), sideOf(key, b)];
  // Where one side's version is not known, nobody can say what it does in silence.
  const comparable = left.origin !== "absent" && right.origin !== "absent";
  const matters = comparable ? !same(left.value, right.value) : left.origin === "given" || right.origin === "given";
  return { key, words: keyOf(key)?.words ?? null, a: left, b: right, matters };
}

function sideOf(key: string, side: Configuration): Side {
  const { given, unread, misspelt, effective } = side;
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
  if (given.has(key)) return { value: given.get(key), origin: "given" };
  return effective.has(key) ? { value: effective.get(key), origin: "code" } : { value: undefined, origin: "absent" };
}

const isSuspicious = ({ origin, said, value }: Side) =>
  origin === "misspelt" || (origin === "dead" && !same(said, value));

const same = (x: unknown, y: unknown) => JSON.stringify(x ?? null) === JSON.stringify(y ?? null);

/** A side in words: "markerV0", "none of the file, the code does 1", "true, which nothing reads: the code does false". */
export function sideWords({ value, origin, said, note }: Side): string {
  if (origin === "given") return show(value);
  if (origin === "code") return `${show(value)} (not in the file: what its version does)`;
  if (origin === "absent") return "not in the file";
  if (origin === "misspelt") return `${show(said)} under a key that no version has (${note})`;
  return `says ${show(said)}, which nothing reads (${note}); what happens: ${value === undefined ? "as if it were absent" : show(value)}`;
}

const show = (value: unknown) => (typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing"));
