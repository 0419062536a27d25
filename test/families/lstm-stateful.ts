import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { StatefulLstm } from "../../lib/model/lstm";
import { Parameters } from "../../lib/weights/parameters";
import { readSafetensors } from "../../lib/weights/safetensors";
import { assertClose, need } from "./compare";
import type { GoldenFamily } from "./family";

interface Meta {
  layers: number;
  bidirectional: boolean;
  /** One after the other; reset: the rows whose state is forgotten after the call. */
  calls: { lengths: number[]; reset: number[] | "all" | null }[];
}

/** AllenNLP's LSTM with `stateful=True`: batches that grow, shrink and have empty rows. */
export const lstmStateful: GoldenFamily = {
  name: "lstm/stateful",
  matches: (path) => path === "lstm/stateful.safetensors",
  async check(folder, path) {
    const { tensors, metadata } = readSafetensors(join(folder, path));
    const { layers, bidirectional, calls } = JSON.parse(metadata.get("meta") ?? "{}") as Meta;
    const parameters = new Parameters();
    for (const [name, { data, shape }] of tensors)
      if (name.startsWith("lstm.")) parameters.set(name, data as Float32Array, shape);
    const lstm = new StatefulLstm({ parameters, prefix: "lstm", layers, bidirectional });
    calls.forEach(({ lengths, reset }, i) => {
      const x = need(tensors, `x_${i}`);
      const rows: tf.Tensor3D = tf.tensor(x.data, x.shape as [number, number, number], "float32"); // [B, W, D]
      const out = lstm.run(rows, lengths);
      assertClose(out.dataSync(), need(tensors, `out_${i}`).data, 1e-5, `call ${i}`);
      if (reset) lstm.reset(reset === "all" ? undefined : reset);
    });
    parameters.dispose();
  },
};
