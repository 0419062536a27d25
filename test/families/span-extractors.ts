import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { noDropout } from "../../lib/fused/dropout";
import { SPAN_PREFIX } from "../../lib/model/parameter-names";
import { projection } from "../../lib/model/projection";
import {
  endpointExtractor,
  maxPoolingExtractor,
  type SpanList,
  selfAttentiveExtractor,
} from "../../lib/model/span/allennlp";
import type { SpanInput } from "../../lib/model/span/layer";
import { Parameters } from "../../lib/weights/parameters";
import { readSafetensors } from "../../lib/weights/safetensors";
import { assertClose, need } from "./compare";
import type { GoldenFamily } from "./family";

/** AllenNLP's own span extractors (the base of the first upload), on the spans of the other span fixtures. */
export const spanExtractors: GoldenFamily = {
  name: "span/allennlp_extractors",
  matches: (path) => path === "span/allennlp_extractors.safetensors",
  async check(folder, path) {
    const { tensors } = readSafetensors(join(folder, path));
    const tensor = (name: string) => tf.tensor(need(tensors, name).data, need(tensors, name).shape, "float32");
    const mask = Array.from(need(tensors, "span_mask").data);
    const words = tensor("h") as tf.Tensor3D; // [B, W, D]
    const list: SpanList = { words, spans: Int32Array.from(need(tensors, "span_idx").data) };
    const results = {
      endpoint_xy: endpointExtractor(list),
      endpoint_xy_masked: endpointExtractor({ ...list, mask }),
      endpoint_xyxy: endpointExtractor(list, { combination: "x,y,x*y,x-y" }),
      endpoint_xy_width: endpointExtractor(list, { widthEmbedding: tensor("width_embedding") }),
      endpoint_exclusive: endpointExtractor(list, { startSentinel: tensor("start_sentinel") }),
      self_attentive: selfAttentiveExtractor({ ...list, mask }, tensor("attn_w"), tensor("attn_b")),
      max_pool: maxPoolingExtractor({ ...list, mask }),
    };
    for (const [name, ours] of Object.entries(results))
      assertClose(ours.dataSync(), need(tensors, name).data, 1e-5, name);
  },
};

/** TokenMarker of GLiNER 0.2.29 on any list of spans. */
export const spanTokenLevel: GoldenFamily = {
  name: "span/token_level",
  matches: (path) => path === "span/token_level.safetensors",
  async check(folder, path) {
    const { tensors } = readSafetensors(join(folder, path));
    const parameters = new Parameters();
    for (const [name, { data, shape }] of tensors)
      if (name.startsWith("w.")) parameters.set(`span_rep_layer.${name.slice(2)}`, data as Float32Array, shape);
    const h = need(tensors, "h");
    const words: tf.Tensor3D = tf.tensor(h.data, h.shape as [number, number, number], "float32"); // [B, W, D]
    const spans = Int32Array.from(need(tensors, "span_idx").data);
    const out = tokenMarker({ words, spans }, { parameters, rate: 0.4, dropout: noDropout }); // [B, S, D]
    assertClose(out.dataSync(), need(tensors, "out").data, 1e-5, "span vectors");
    parameters.dispose();
  },
};

/**
 * The span layer of the token-level model (`span_mode: token_level` with `represent_spans`): markerV0 on any list of
 * spans instead of all spans up to a width, out of the parts that the span layers are made of.
 * @see gliner/modeling/span_rep.py, TokenMarker (0.2.29)
 * @returns [B, S, D]
 */
function tokenMarker(
  { words, spans }: SpanList,
  { parameters, rate, dropout }: Pick<SpanInput, "parameters" | "rate" | "dropout">,
): tf.Tensor {
  const project = (name: string) =>
    projection(words, parameters, `${SPAN_PREFIX}${name}`, rate, dropout) as tf.Tensor3D; // [B, W, D]
  const start = endpointExtractor({ words: project("project_start"), spans }, { combination: "x" }); // [B, S, D]
  const end = endpointExtractor({ words: project("project_end"), spans }, { combination: "y" }); // [B, S, D]
  const joined = tf.relu(tf.concat([start, end], 2)); // [B, S, 2D]
  return projection(joined, parameters, `${SPAN_PREFIX}out_project`, rate, dropout);
}
