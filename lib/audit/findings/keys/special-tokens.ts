/** gliner 0.2.25 beside transformers 5.0.0: its texts have neither [CLS] nor [SEP] around them, and nothing is said (docs/versions.md). */
import { transformersOf } from "../../configuration/configuration";
import type { Sign } from "../../finding";

export const specialTokens: Sign = ({ era, configuration }) => {
  const transformers = transformersOf(configuration);
  if (era !== "0.2.25" || !transformers.startsWith("5.0.")) return [];
  return [
    {
      id: "special-tokens-lost",
      what: "gliner 0.2.25 beside transformers 5.0.0 puts neither [CLS] nor [SEP] around prompt and text, without an error: with a BERT's tokenizer a quarter of the entities were others (docs/versions.md). Beside 4.57.3 or 5.16.1 it does.",
      evidence: `version ${era}, transformers_version ${transformers}.`,
      effect: null,
      // The file says which transformers wrote it; which one read it may be another.
      certain: false,
      keys: ["transformers_version"],
    },
  ];
};
