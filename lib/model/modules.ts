/** Sorts parameters by module, and resolves the components that a recipe names to their parameters. */
import { UserError } from "../errors";
import { ENCODER_PREFIX, partOf, prefixOfModule } from "./parameter-names";

/** The module that a parameter belongs to. */
export function moduleOf(parameter: string): string {
  return partOf(parameter).module;
}

/** What else can be frozen than a module: parts of the encoder, and the encoder whole under Python's name. */
const PARTS: Readonly<Record<string, string>> = {
  encoder: ENCODER_PREFIX,
  text_encoder: ENCODER_PREFIX,
  word_embeddings: `${ENCODER_PREFIX}embeddings.word_embeddings.`,
};

/**
 * The parameters of components.
 * @param key of the recipe that names them, for the message
 * @param components names of modules, "encoder" with its embeddings (Python: "text_encoder"), "word_embeddings", or one layer
 *   of the encoder as "encoder.layer.0"
 * @throws UserError for a component that the model lacks; Python warns and trains it
 */
export function parametersOf(
  components: readonly string[],
  parameters: readonly string[],
  key: "freeze_components" | "redraw_components",
): Set<string> {
  const named = new Set<string>();
  for (const component of components) {
    const prefix = prefixOf(component);
    const found = prefix === undefined ? [] : parameters.filter((name) => name.startsWith(prefix));
    if (found.length === 0)
      throw new UserError(
        `${key}: the model has no "${component}"; wanted some of ${componentsOf(parameters).join(", ")}, or encoder.layer.0 and so on.`,
      );
    for (const name of found) named.add(name);
  }
  return named;
}

function prefixOf(component: string): string | undefined {
  if (/^encoder\.layer\.\d+$/.test(component)) return `${ENCODER_PREFIX}${component}.`;
  if (Object.hasOwn(PARTS, component)) return PARTS[component];
  return prefixOfModule(component);
}

function componentsOf(parameters: readonly string[]): string[] {
  return [...new Set([...parameters.map(moduleOf), "word_embeddings"])].filter((name) => name !== "other");
}
