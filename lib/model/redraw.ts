/** Parameters of a loaded model drawn anew, as those of a new model are: what a load that passed over them leaves. */
import type { EncoderConfig } from "../encoder/config";
import type { Parameters } from "../weights/parameters";
import type { GLiNERConfig } from "./config";
import { initialValues } from "./initialise";
import { modelShapes } from "./uni-encoder-span";

interface Drawn {
  config: GLiNERConfig;
  encoder: EncoderConfig;
  parameters: Parameters;
}

/** @param names of parameters that the model has; @param seed of the stream "init" */
export function redraw({ config, encoder, parameters }: Drawn, names: Iterable<string>, seed: number): void {
  const shapes = modelShapes(config, encoder);
  for (const name of names) parameters.set(name, initialValues(name, shapes, seed), parameters.get(name).shape);
}
