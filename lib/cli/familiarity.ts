/** Familiarity beside the scores of `evaluate`, where it is written down what the model was trained on. */
import { useBackend } from "../backend";
import type { BenchmarkSet } from "../evaluate/benchmark";
import { familiarity } from "../evaluate/familiarity/familiarity";
import { typeVectors } from "../evaluate/familiarity/type-vectors";
import { readTrainedTypes } from "../provenance/trained-types";
import { cachedEncoder, DEFAULT_ENCODER } from "../weights/encoders";
import type { ModelEvaluation } from "./evaluation-run";

/** The evaluation with a Familiarity for each set. It is told on standard error why there is none. */
export async function withFamiliarity(
  evaluation: ModelEvaluation,
  model: string,
  sets: readonly BenchmarkSet[],
): Promise<ModelEvaluation> {
  const trained = readTrainedTypes(model);
  if (!trained) return evaluation;
  const encoder = cachedEncoder();
  if (!encoder) {
    process.stderr.write(`Familiarity is not computed: ${DEFAULT_ENCODER} is not here; \`npm start\` fetches it.\n`);
    return evaluation;
  }
  await useBackend();
  const names = new Set([...Object.keys(trained), ...sets.flatMap(({ types }) => [...types])]);
  const vectors = await typeVectors(names, encoder);
  const datasets = evaluation.datasets.map((row, i) => {
    const { value, seen } = familiarity(trained, sets[i].types, vectors);
    return { ...row, familiarity: { value, seen } };
  });
  return { ...evaluation, datasets };
}
