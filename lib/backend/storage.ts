/** The data of a TensorFlow.js backend, as far as a kernel of our own needs it. */
import type * as tf from "@tensorflow/tfjs";
import { UserError } from "../errors";

/** What the wasm backend and the JavaScript backend offer alike. */
export interface Storage {
  readSync(dataId: object): tf.backend_util.BackendValues;
  write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object;
  disposeData(dataId: object, force?: boolean): boolean;
}

/** @throws UserError where a backend keeps its data to itself */
export function storage(backend: object): Storage {
  if (!isStorage(backend)) throw new UserError("this TensorFlow.js backend offers no access to its data.");
  return backend;
}

function isStorage(backend: object): backend is Storage {
  return "readSync" in backend && "write" in backend && "disposeData" in backend;
}
