/** A strict reader of YAML mappings: every key is asked for by somebody, in the form that is wanted, or it is an error. */
import { UserError } from "../errors";
import { isObject } from "../files/json-object";
import { readYaml } from "../files/yaml";

/** The mapping of a file. @throws UserError where it is absent, not UTF-8, no YAML or no mapping */
export function readFields(path: string, what: string): Fields {
  return new Fields(readYaml(path, what), path);
}

/** One mapping. Keys are taken one by one; `done` says which nobody has taken. */
export class Fields {
  private readonly values: Record<string, unknown>;
  private readonly taken = new Set<string>();

  /** @param where file and place, which every message begins with */
  constructor(
    value: unknown,
    readonly where: string,
  ) {
    if (!isObject(value)) throw new UserError(`${where}: got ${JSON.stringify(value)}, wanted a mapping.`);
    this.values = value;
  }

  has(key: string): boolean {
    return this.values[key] !== undefined;
  }

  /** Whatever stands there. */
  any(key: string): unknown {
    this.taken.add(key);
    return this.values[key];
  }

  text(key: string): string {
    const value = this.any(key);
    if (typeof value === "string" && value.trim() !== "") return value;
    throw this.wrong(key, value, "a text");
  }

  /** A text, or null where the key is absent or null. */
  optionalText(key: string): string | null {
    const value = this.any(key);
    return value === undefined || value === null ? null : this.text(key);
  }

  choice<T extends string>(key: string, choices: readonly T[], fallback?: T): T {
    const value = this.any(key) ?? fallback;
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    throw this.wrong(key, value, `one of ${choices.join(", ")}`);
  }

  number(key: string, least: number, fallback?: number): number {
    const value = this.any(key) ?? fallback;
    if (typeof value === "number" && Number.isFinite(value) && value >= least) return value;
    throw this.wrong(key, value, `a number from ${least} on`);
  }

  whole(key: string, least: number, fallback?: number): number {
    const value = this.number(key, least, fallback);
    if (Number.isSafeInteger(value)) return value;
    throw this.wrong(key, value, `a whole number from ${least} on`);
  }

  texts(key: string, fallback?: readonly string[]): string[] {
    const value = this.any(key) ?? fallback;
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return [...value];
    throw this.wrong(key, value, "a list of texts, in quotes where they are numbers");
  }

  /** A list of mappings, at least one. */
  list(key: string): Fields[] {
    const value = this.any(key);
    if (!Array.isArray(value) || value.length === 0) throw this.wrong(key, value, "a list with at least one entry");
    return value.map((item, i) => new Fields(item, `${this.where}, ${key} ${i + 1}`));
  }

  /** A mapping; an absent one is empty. */
  mapping(key: string): Fields {
    return new Fields(this.any(key) ?? {}, `${this.where}, ${key}`);
  }

  /** All values by key, as they are. */
  all(): Record<string, unknown> {
    for (const key of Object.keys(this.values)) this.taken.add(key);
    return { ...this.values };
  }

  /** @throws UserError naming the keys that nobody reads */
  done(): void {
    const unknown = Object.keys(this.values).filter((key) => this.has(key) && !this.taken.has(key));
    if (unknown.length)
      throw new UserError(`${this.where}: unknown key ${unknown.join(", ")}; known: ${[...this.taken].join(", ")}.`);
  }

  private wrong(key: string, value: unknown, wanted: string): UserError {
    return new UserError(`${this.where}: "${key}" is ${JSON.stringify(value) ?? "missing"}, wanted ${wanted}.`);
  }
}
