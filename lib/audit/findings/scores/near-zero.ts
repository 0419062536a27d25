/** Every F1 near zero: what follows from the probabilities of about .05 that issue 324 reports of gliner up to 0.2.24 under transformers 5. */
import { versionOf } from "../../../era";
import { transformersOf } from "../../configuration/configuration";
import type { Sign } from "../../finding";

export const nearZero: Sign = ({ tests, era, configuration }) => {
  const scores = [...(tests?.sets.values() ?? [])].flatMap(({ f1 }) => (f1 === null ? [] : [f1]));
  const transformers = transformersOf(configuration);
  const low = scores.length >= 3 && scores.every((f1) => f1 > 0.005 && f1 < 0.12);
  const clash = /^[5-9]\./.test(transformers) && era !== null && before(era);
  if (!tests || (!low && !clash)) return [];
  const named = clash ? `version ${era} with transformers ${transformers}` : "";
  const list = low ? `F1 ${scores.map((f1) => (100 * f1).toFixed(1)).join(", ")}` : "";
  return [
    {
      id: "scores-near-zero",
      what: "Every F1 is near zero, as it would be with the probabilities of about .05 that issue 324 reports of gliner before 0.2.25 under transformers 5, without an error; in 5.0.0 DeBERTa's tokenizer of spm.model leaves out [CLS] and [SEP] (docs/versions.md).",
      evidence: `${[list, named].filter(Boolean).join("; ")}.`,
      effect: null,
      certain: clash && low,
      spoils: true,
    },
  ];
};

const before = (era: string) => {
  const [a, b, c] = versionOf(era);
  return a === 0 && (b < 2 || (b === 2 && c < 25));
};
