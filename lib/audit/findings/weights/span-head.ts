/** The small span head, `marker`, where the paper's code had what is called markerV0 today. */

import { measuredKey } from "../../effects/measured";
import type { Sign } from "../../finding";

export const spanHead: Sign = ({ configuration, model, against }) => {
  const mode = model?.config.span_mode ?? configuration?.effective.get("span_mode");
  // What somebody holds it against may have the small one too.
  const wanted = against?.configuration.effective.get("span_mode") ?? "markerV0";
  if (mode !== "marker" || wanted === "marker") return [];
  const D = Number(model?.config.hidden_size ?? configuration?.effective.get("hidden_size"));
  const size = model?.weights ? `; the head has ${model.weights.headParameters.toLocaleString("en")} parameters` : "";
  return [
    {
      id: "small-span-head",
      what: "The span head is the small one, marker: 10 D² weights where the paper's code had 28 D² (called markerV0 since March 2024).",
      evidence: `span_mode: marker in ${model?.path ?? configuration?.name}${D ? `: ${(10 * D * D + 7 * D).toLocaleString("en")} parameters in place of ${(28 * D * D + 15 * D).toLocaleString("en")}` : ""}${size}.`,
      effect: measuredKey("span_mode", "marker", "markerV0"),
      certain: true,
      keys: ["span_mode"],
      suspect: "span-representation",
    },
  ];
};
