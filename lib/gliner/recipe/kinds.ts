/** Kinds of values that keys of a recipe have, and how a sentence names them. */
import { quote } from "../../files/json-object";

/** What a YAML file is instead of a mapping. */
export const kindOf = (value: unknown) => (Array.isArray(value) ? "a list" : quote(value));

/** What a value should be, with the form that YAML wants. */
export const WANTED: Record<string, string> = {
  list: "a list of names, such as [person, city]",
  name: "a name or null",
  number: "a number",
  string: "a text that is not empty",
  boolean: "true or false",
  seed: "a whole number from 0 on, or null for the run's seed",
};

/** What a key wants, by its default. */
export function kind(value: unknown): string {
  if (Array.isArray(value)) return "list";
  return value === null ? "name" : typeof value;
}

export function fits(value: unknown, type: string): boolean {
  if (type === "list") return Array.isArray(value) && value.every((item) => typeof item === "string");
  if (type === "string" || type === "name")
    return (value === null && type === "name") || (typeof value === "string" && value.trim() !== "");
  if (type === "seed") return value === null || (Number.isSafeInteger(value) && Number(value) >= 0);
  if (type === "number") return typeof value === "number" && Number.isFinite(value);
  return typeof value === type;
}
