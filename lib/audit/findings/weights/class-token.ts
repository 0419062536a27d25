/** The token that stands before every type: read at the wrong place, or its row never trained. */
import type { ModelFacts } from "../../evidence";
import type { Sighting, Sign } from "../../finding";

/** Rows that are added by the mean of the others lie this close to it; trained ones hundreds of times farther. */
const UNTOUCHED = 1e-3;

export const classToken: Sign = ({ model }) => {
  if (!model) return [];
  return [...shifted(model), ...untouched(model), ...resized(model)];
};

function shifted({ path, config, tokenizerId }: ModelFacts): Sighting[] {
  const { class_token_index: index, ent_token } = config;
  if (tokenizerId === null || index < 0 || index === tokenizerId) return [];
  return [
    {
      id: "class-token-shifted",
      what: "The vectors of the types are read at the wrong token: the prompt is garbage to the model.",
      evidence: `class_token_index is ${index}, "${ent_token}" has id ${tokenizerId} in the tokenizer of ${path}.`,
      effect: null,
      certain: true,
      spoils: true,
      suspect: "class-token-index",
    },
  ];
}

function untouched({ path, config, weights }: ModelFacts): Sighting[] {
  const distance = weights?.classRow ?? null;
  if (distance === null || distance > UNTOUCHED) return [];
  return [
    {
      id: "class-token-untrained",
      what: "The embedding of the class token is as it was added: the mean of all rows, which no training has moved.",
      evidence: `row ${config.class_token_index} of the embeddings in ${path} is ${distance.toExponential(1)} standard deviations from the mean row.`,
      effect: null,
      certain: true,
      suspect: "class-token-index",
    },
  ];
}

function resized({ path, config, weights }: ModelFacts): Sighting[] {
  const rows = weights?.rows ?? null;
  if (rows === null || config.vocab_size < 1 || rows === config.vocab_size) return [];
  return [
    {
      id: "embeddings-resized",
      what: "The embedding table has another size than the configuration says: rows were added or lost when it was saved or loaded.",
      evidence: `${rows} rows in ${path}, vocab_size is ${config.vocab_size}.`,
      effect: null,
      certain: true,
      spoils: true,
    },
  ];
}
