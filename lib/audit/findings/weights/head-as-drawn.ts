/** Parts of the head, the LSTM apart, that no training has touched. */
import type { Sign } from "../../finding";

export const headAsDrawn: Sign = ({ model }) => {
  const parts = model?.weights?.asDrawn.filter((part) => part !== "BiLSTM") ?? [];
  if (!model || parts.length === 0) return [];
  return [
    {
      id: "head-random",
      what: `The ${parts.join(" and the ")} ${parts.length > 1 ? "are" : "is"} as drawn: never trained, or never loaded.`,
      evidence: `every value in ${model.path} lies within the bound of PyTorch's first draw, evenly spread.`,
      effect: null,
      certain: true,
      spoils: true,
      suspect: "lenient-load",
    },
  ];
};
