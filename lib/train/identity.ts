/** What must not change between save and resume, if the replay is to be exact. */
export interface RunIdentity {
  /** Every setting that decides the weights, by its name in the recipe. */
  settings: Record<string, unknown>;
  /** The data by their names in the recipe: what they are called, and a hash of them. */
  data: Record<string, { name: string; sha256: string }>;
}

/** The first difference in words that complete "was saved by ...", or undefined. */
export function firstChange(saved: RunIdentity, now: RunIdentity): string | undefined {
  for (const key of keysOf(saved.settings, now.settings)) {
    const [was, is] = [saved.settings[key], now.settings[key]].map((value) => JSON.stringify(value) ?? "unset");
    if (was !== is) return `another configuration: "${key}" was ${was} and is ${is} now`;
  }
  for (const key of keysOf(saved.data, now.data)) {
    const [was, is] = [saved.data[key], now.data[key]];
    if (was?.sha256 !== is?.sha256)
      return `a run with other data: ${key} was ${was?.name ?? "none"} and is ${is?.name ?? "none"} now${was?.name === is?.name ? ", with other records" : ""}`;
  }
  return undefined;
}

const keysOf = (a: object = {}, b: object = {}) => [...new Set([...Object.keys(a), ...Object.keys(b)])];
