/** Words -> spans for `span_mode: endpoints`: both end words and a learned vector of the width. */
import * as tf from "@tensorflow/tfjs";
import type { Draw } from "../../weights/shapes";
import { SPAN_PREFIX } from "../parameter-names";
import { projection, projectionShapes } from "../projection";
import { endpointExtractor } from "./allennlp";
import type { SpanLayer } from "./layer";

/** Width of the learned vector of a span's width. */
const WIDTH_EMBEDDING = 128;

/** U(±√(6 / (rows + columns))). */
const xavierUniform: Draw = (random, [rows, columns]) => Math.sqrt(6 / (rows + columns)) * (2 * random.uniform() - 1);

/**
 * endpoints: the first upload's layer over AllenNLP's `EndpointSpanExtractor`, which no later version has.
 *
 *     S_ik = FFN(h_i ⊕ h_(i+k) ⊕ e_k)      e [K, 128] ~ xavier uniform
 *
 * Held to the values and gradients of that very file (modules/span_rep.py, SpanEndpoints, commit 6dfdb55), run over
 * AllenNLP 2.10.1; the paper's code pinned 2.8.0, which was not run.
 */
export const endpointsLayer: SpanLayer = {
  shapes(shapes, D, K) {
    shapes.declare(EMBEDDING, [K, WIDTH_EMBEDDING], xavierUniform);
    projectionShapes(shapes, `${SPAN_PREFIX}downproject`, 2 * D + WIDTH_EMBEDDING, D);
  },
  spans({ words, spanMask, maxWidth: K, parameters, rate, dropout }) {
    const [B, W, D] = words.shape;
    const spans = new Int32Array(2 * B * W * K);
    for (let i = 0; i < spanMask.length; i++) {
      const start = Math.floor(i / K) % W;
      if (spanMask[i]) spans.set([start, start + (i % K)], 2 * i);
    }
    const vectors = endpointExtractor({ words, spans }, { widthEmbedding: parameters.get(EMBEDDING) }); // [B, W * K, 2D + 128]
    return tf.reshape(projection(vectors, parameters, `${SPAN_PREFIX}downproject`, rate, dropout), [B, W, K, D]);
  },
};

const EMBEDDING = `${SPAN_PREFIX}span_extractor._span_width_embedding.weight`;
