import { type GLiNERConfig, isTokenLevel } from "./config";
import { defaultLstm } from "./lstm";
import { spanLayer } from "./span";

/** What the head is and how it will be computed here, for a log's first line. A backend must have started. */
export function describeHead(config: GLiNERConfig): string {
  const { span_mode: mode, num_rnn_layers: layers } = config;
  const factored = isTokenLevel(config) || spanLayer(mode).factored !== undefined;
  const lstm = defaultLstm() === "fused" ? "in one native op" : "step by step";
  const words = layers === 0 ? "no LSTM" : `BiLSTM of ${layers} layer${layers > 1 ? "s" : ""} ${lstm}`;
  return `head ${mode}${factored ? ", factored" : ""}; ${words}`;
}
