/** Types under other names: a prompt that spells them otherwise, whose answers bear the types' own names again. */
import { usageError } from "../../errors";
import type { Predictor } from "../predictions/predict";

/** How the prompt names types: type -> name; a type that is left out keeps its own. */
export type Wording = Readonly<Record<string, string>>;

/** Names for all types at once, by one rule each. */
const RULES: Readonly<Record<Respelling, (type: string) => string>> = {
  underscores: (type) => type.replaceAll(" ", "_"),
  joined: (type) => type.replaceAll(" ", ""),
  plural: (type) => type.replace(/\S+$/, plural),
  upper: (type) => type.toUpperCase(),
  title: (type) => type.replace(/\S+/g, (word) => word[0].toUpperCase() + word.slice(1)),
};

/** `underscores` literary_genre, `joined` literarygenre, `plural` literary genres, `upper` LITERARY GENRE, `title` Literary Genre. */
export const RESPELLINGS = ["underscores", "joined", "plural", "upper", "title"] as const;
export type Respelling = (typeof RESPELLINGS)[number];

/** @throws UserError (usage) where two types would have one name */
export function respelled(rule: Respelling, types: readonly string[]): Wording {
  const wording = Object.fromEntries(types.map((type) => [type, RULES[rule](type)]));
  checkWording(rule, wording, types);
  return wording;
}

/** Of an English noun, as far as the names of types need it; one that ends in a single s is taken for a plural already. */
function plural(noun: string): string {
  if (noun === "person") return "people";
  if (/[^s]s$/.test(noun)) return noun;
  if (/(ss|x|z|ch|sh)$/.test(noun)) return `${noun}es`;
  return /[^aeiou]y$/.test(noun) ? noun.replace(/y$/, "ies") : `${noun}s`;
}

/** The same reader with types under these names in the prompt, at the same places. */
export function inWording(reader: Predictor, wording: Wording): Predictor {
  return {
    async candidates(tokens, labels, options) {
      const asked = labels.map((type) => wording[type] ?? type);
      const own = new Map(asked.map((name, i) => [name, labels[i]]));
      const found = await reader.candidates(tokens, asked, options);
      return found.map((spans) => spans.map((span) => ({ ...span, label: own.get(span.label) ?? "" })));
    },
  };
}

/** @param name of the wording, for messages @throws UserError (usage) where it names a type that is not asked, or two types alike */
export function checkWording(name: string, wording: Wording, types: readonly string[]): void {
  const unknown = Object.keys(wording).find((type) => !types.includes(type));
  if (unknown !== undefined)
    throw usageError(`the wording "${name}" names the type "${unknown}", wanted one of ${types.join(", ")}.`);
  const asked = types.map((type) => wording[type] ?? type);
  const twice = asked.find((label, i) => asked.indexOf(label) !== i);
  if (twice !== undefined)
    throw usageError(
      `the wording "${name}" gives two types the name "${twice}"; their answers could not be told apart.`,
    );
}
