/** Types asked for by a description: `{name: description}`, as GLiNER 0.2.29 reads it. */
import { usageError } from "../../errors";
import { checkLabels } from "../../options";
import type { Entity } from "../entity";
import type { Threshold } from "./thresholds";

/**
 * Descriptions by the name that an answer bears. The description stands in the prompt, **in place of** the name: the model never sees
 * the name (`_normalize_label_set` of 0.2.29).
 */
export type DescribedTypes = Readonly<Record<string, string>>;

/** True for `{name: description}`. */
export function isDescribed(labels: unknown): labels is DescribedTypes {
  if (typeof labels !== "object" || labels === null) return false;
  const prototype: unknown = Object.getPrototypeOf(labels);
  return prototype === Object.prototype || prototype === null;
}

/**
 * Reads by the descriptions and answers under the names.
 * @param options thresholds in them are by name
 * @param read asked for the descriptions as it would be for types
 * @throws UserError where there is none, one is no text, or two are the same: Python refuses these too, since an answer could be either
 */
export async function underNames<Options extends { threshold?: Threshold }>(
  labels: DescribedTypes,
  options: Options,
  read: (prompts: readonly string[], options: Options) => Promise<Entity[][]>,
): Promise<Entity[][]> {
  const names = namesByDescription(labels);
  const nameOf = (prompt: string) => names.get(prompt) ?? prompt;
  const found = await read([...names.keys()], { ...options, threshold: byDescription(options.threshold, labels) });
  return found.map((entities) => entities.map((entity) => renamed(entity, nameOf)));
}

/** Thresholds by what the model is asked. */
function byDescription(threshold: Threshold | undefined, labels: DescribedTypes): Threshold | undefined {
  if (typeof threshold !== "object") return threshold;
  return Object.fromEntries(Object.entries(threshold).map(([name, value]) => [labels[name] ?? name, value]));
}

/** The names by their descriptions, in the order given. */
function namesByDescription(labels: DescribedTypes): Map<string, string> {
  checkLabels(Object.keys(labels), "the types with descriptions");
  const names = new Map<string, string>();
  for (const [name, description] of Object.entries(labels)) {
    if (typeof description !== "string" || description.trim() === "")
      throw usageError(`the type "${name}" has no description, wanted { ${JSON.stringify(name)}: "what it is" }.`);
    const other = names.get(description);
    if (other !== undefined)
      throw usageError(`"${other}" and "${name}" have the same description, wanted one that tells them apart.`);
    names.set(description, name);
  }
  return names;
}

function renamed(entity: Entity, nameOf: (prompt: string) => string): Entity {
  const { classProbs } = entity;
  const named = { ...entity, label: nameOf(entity.label) };
  if (classProbs)
    named.classProbs = Object.fromEntries(Object.entries(classProbs).map(([prompt, score]) => [nameOf(prompt), score]));
  return named;
}
