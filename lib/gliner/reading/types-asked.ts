/** Which types are asked of which text: the same of all, or a list for each, as Python's `labels` has it. */
import { usageError } from "../../errors";
import { checkLabels } from "../../options";
import { type DescribedTypes, isDescribed } from "./described";

/** Types for all texts, or a list of types for each text (a prompt a text). */
export type TypesAsked = readonly string[] | readonly (readonly string[])[];

/**
 * The types of each text; texts that share a list share the checked one too.
 * @throws UserError where a text has no type, or there are not as many lists as texts
 */
export function typesOfTexts(labels: TypesAsked, texts: number): (readonly string[])[] {
  if (!isPerText(labels)) {
    const types = checkLabels(labels);
    return Array.from({ length: texts }, () => types);
  }
  if (labels.length !== texts)
    throw usageError(`labels has ${labels.length} lists of types for ${texts} texts, wanted one for each.`);
  const checked = new Map<readonly string[], readonly string[]>();
  return labels.map((own, i) => {
    const types = checked.get(own) ?? checkLabels(own, `labels of text ${i + 1}`);
    checked.set(own, types);
    return types;
  });
}

/** True for a list of lists. */
export function isPerText(labels: TypesAsked): labels is readonly (readonly string[])[] {
  return Array.isArray(labels) && labels.length > 0 && labels.some((own: unknown) => Array.isArray(own));
}

/** What `count` texts from `first` on are asked. */
export function ofTexts<Types extends TypesAsked | DescribedTypes>(
  labels: Types,
  first: number,
  count: number,
): Types | readonly (readonly string[])[] {
  return !isDescribed(labels) && isPerText(labels) ? labels.slice(first, first + count) : labels;
}
