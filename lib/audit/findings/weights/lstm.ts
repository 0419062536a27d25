/** An LSTM that was never loaded, never trained, or is not there. */

import { measuredArm } from "../../effects/measured";
import type { Evidence } from "../../evidence";
import type { Sighting, Sign } from "../../finding";

export const lstm: Sign = ({ model, configuration }) => [
  ...fromWeights(model),
  ...(configuration?.given.get("has_rnn") === false && !model?.weights ? [withoutRnn(configuration.name)] : []),
];

function fromWeights(model: Evidence["model"]): Sighting[] {
  const weights = model?.weights;
  if (!model || !weights) return [];
  const base = { effect: measuredArm("lenient-load"), suspect: "lenient-load", spoils: true as const };
  if (weights.lstmMissing)
    return [
      {
        ...base,
        id: "lstm-missing",
        what: "The weights have no LSTM, and the configuration wants one: Python's loader leaves it random without an error.",
        evidence: `no tensor rnn.lstm.* in ${model.path}, num_rnn_layers is ${model.config.num_rnn_layers}.`,
        certain: true,
      },
    ];
  if (weights.asDrawn.includes("BiLSTM"))
    return [
      {
        ...base,
        id: "lstm-random",
        what: "The LSTM over the words is as it was drawn: it was never trained, or never loaded.",
        evidence: `every value of rnn.lstm.* in ${model.path} lies within ±1/√(D/2) = ±${(1 / Math.sqrt(model.config.hidden_size / 2)).toFixed(4)}, evenly spread, as PyTorch draws them.`,
        certain: true,
      },
    ];
  if (!weights.wrappedLstm) return [];
  return [
    {
      ...base,
      id: "lstm-other-names",
      what: "The LSTM stands under AllenNLP's names: Python 0.2.29 does not find them and leaves it random without an error.",
      evidence: `tensors rnn._module.* in ${model.path}.`,
      certain: true,
    },
  ];
}

const withoutRnn = (name: string): Sighting => ({
  id: "lstm-has-rnn-false",
  what: "has_rnn: false means a model without an LSTM; Python 0.2.23 and later do not read the key and build a random one.",
  evidence: `has_rnn: false in ${name}.`,
  effect: null,
  certain: false,
  keys: ["has_rnn", "num_rnn_layers"],
  suspect: "lenient-load",
});
