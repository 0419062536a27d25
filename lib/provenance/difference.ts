/** A key whose value differs between two configurations; undefined = the side does not have it. */
export interface Difference {
  key: string;
  ours: unknown;
  theirs: unknown;
}

type Tree = Readonly<Record<string, unknown>>;

/**
 * The differences of two configurations, sections flattened to "section.key", sorted by key.
 * @param only keys to compare; without it, those of either side
 */
export function differences(ours: Tree, theirs: Tree, only?: (key: string) => boolean): Difference[] {
  const [a, b] = [flat(ours), flat(theirs)];
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((key) => (only?.(key) ?? true) && JSON.stringify(a.get(key)) !== JSON.stringify(b.get(key)))
    .sort()
    .map((key) => ({ key, ours: a.get(key), theirs: b.get(key) }));
}

function flat(tree: Tree, prefix = ""): Map<string, unknown> {
  const entries = Object.entries(tree).flatMap(([key, value]): [string, unknown][] => {
    const isSection = typeof value === "object" && value !== null && !Array.isArray(value);
    return isSection ? [...flat(value as Tree, `${prefix}${key}.`)] : [[`${prefix}${key}`, value]];
  });
  return new Map(entries);
}
