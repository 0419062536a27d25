/** Words -> spans for `span_mode: conv_conv`: each width has its own learned kernel. */
import { SPAN_PREFIX } from "../parameter-names";
import { closing, closingShapes, convolve, kaimingUniform } from "./conv";
import { type SpanLayer, shifts } from "./layer";

/**
 * conv_conv: a convolution of its own for every width from 2 on; a span of one word is the word itself.
 * @see gliner/modeling/span_rep.py, SpanConv with SpanConvBlock("conv_conv") (0.2.29)
 */
export const convConv: SpanLayer = {
  shapes(shapes, D, K) {
    for (let k = 2; k <= K; k++) {
      shapes.declare(`${convolution(k)}.weight`, [D, D, k], kaimingUniform);
      shapes.set(`${convolution(k)}.bias`, [D]);
    }
    closingShapes(shapes, D);
  },
  spans({ words, maxWidth: K, parameters }) {
    const shifted = shifts(words, K); // K x [B, W, D]
    const windows = shifted.map((_, i) => {
      if (i === 0) return words;
      const name = convolution(i + 1);
      return convolve(shifted.slice(0, i + 1), parameters.get(`${name}.weight`), parameters.get(`${name}.bias`)); // [B, W, D]
    });
    return closing(windows, parameters);
  },
};

/** The parameters' name for spans of k words. */
const convolution = (k: number) => `${SPAN_PREFIX}convs.${k - 2}.conv`;
