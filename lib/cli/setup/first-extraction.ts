/** The proof at the end of the set-up: the shipped model finds entities in one sentence. */
import { relative } from "node:path";
import { PROJECT_ROOT } from "../../backend";
import { SHIPPED_MODEL } from "../../gliner/checkpoint/shipped";
import { GLiNER } from "../../gliner/gliner";

const TEXT = "Ada Lovelace met Charles Babbage in London in 1833.";
const LABELS = ["person", "city", "year"];

/** The model that comes with the project reads a sentence: the set-up is right if it can. @returns what it found, as a line */
export async function firstExtraction(): Promise<string> {
  const started = performance.now();
  const model = await GLiNER.fromPretrained(SHIPPED_MODEL);
  const entities = await model.predictEntities(TEXT, LABELS);
  model.dispose();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const found = entities.map(({ text, label, score }) => `${text} = ${label} (${score.toFixed(2)})`).join(", ");
  return `${relative(PROJECT_ROOT, SHIPPED_MODEL)} in ${seconds} s: ${found || "nothing"}`;
}
