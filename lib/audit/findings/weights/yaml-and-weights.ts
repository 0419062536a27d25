/** A yaml and a model that are not of the same training. */
import type { Sign } from "../../finding";

const SHARED = ["model_name", "span_mode", "hidden_size", "max_width"] as const;

export const yamlAndWeights: Sign = ({ configuration, model }) => {
  if (!configuration || !model || configuration.kind === "gliner_config.json" || configuration.kind === "run")
    return [];
  const differing = SHARED.filter((key) => {
    const said = configuration.effective.get(key);
    // The paper's "marker" is today's markerV0.
    const old = key === "span_mode" && configuration.era === "v0";
    return said !== undefined && !old && said !== model.config[key];
  });
  if (differing.length === 0) return [];
  return [
    {
      id: "weights-of-another-yaml",
      what: "The weights were not trained by this yaml: they are of another shape or encoder.",
      evidence: `${differing.map((key) => `${key}: ${model.config[key]} in ${model.path}, ${configuration.effective.get(key)} in ${configuration.name}`).join("; ")}.`,
      effect: null,
      certain: true,
      spoils: true,
    },
  ];
};
