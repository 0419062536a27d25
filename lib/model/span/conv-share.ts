/** Words -> spans for `span_mode: conv_share`, Python's ConvShare: all widths share a kernel. */
import * as tf from "@tensorflow/tfjs";
import { SPAN_PREFIX } from "../parameter-names";
import { closing, closingShapes, convolve, kaimingUniform } from "./conv";
import { type SpanLayer, shifts } from "./layer";

/**
 * conv_share: one kernel [D, D, K] for all widths; a span of k words uses its first k slices, so each width adds one
 * product to the one before. No bias. The parameter's name is spelled as in Python.
 * @see gliner/modeling/span_rep.py, ConvShare (0.2.29)
 */
export const convShare: SpanLayer = {
  shapes(shapes, D, K) {
    shapes.declare(KERNEL, [D, D, K], kaimingUniform);
    closingShapes(shapes, D);
  },
  spans({ words, maxWidth: K, parameters }) {
    const slices = tf.split(parameters.get(KERNEL) as tf.Tensor, K, 2); // K x [D, D, 1]
    const windows: tf.Tensor[] = [];
    shifts(words, K).forEach((shifted, k) => {
      const part = convolve([shifted], slices[k]); // [B, W, D]
      windows.push(k === 0 ? part : tf.add(windows[k - 1], part));
    });
    return closing(windows, parameters);
  },
};

const KERNEL = `${SPAN_PREFIX}conv_weigth`;
