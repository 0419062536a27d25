/**
 * TensorFlow.js in a cell is the project's: the one instance, on the backend that set-up chose. Imported by itself it would
 * compute in plain JavaScript, many times slower, and print the advice to install what is installed.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { PROJECT_ROOT } from "./project";

const project = createRequire(join(PROJECT_ROOT, "cell.js"));

/** What computes with TensorFlow.js as soon as it is imported. */
const COMPUTING =
  /^(@tensorflow\/tfjs(-core|-layers|-data|-converter|-node|-node-gpu|-backend-[\w-]+)?|danfojs-node)(\/|$)/;

export function computes(specifier: string): boolean {
  return COMPUTING.test(specifier);
}

let isStarted = false;

/** Starts the project's backend, once: what the reader has chosen since stays. Loaded late: most notebooks begin without it. */
export async function startBackend(): Promise<void> {
  if (isStarted) return;
  const { useBackend }: typeof import("../backend") = require("../backend");
  await useBackend();
  isStarted = true;
}

/**
 * The project's module of a name, whatever the notebook's folder has installed: a second engine refuses the first one's tensors.
 * @returns undefined for every module that is not TensorFlow.js's, or that the project does not have
 */
export function projectTensorflow(specifier: string): unknown {
  if (!specifier.startsWith("@tensorflow/tfjs")) return undefined;
  const tf: typeof import("@tensorflow/tfjs") = project("@tensorflow/tfjs");
  // Else TensorFlow.js advertises its Node package, where a cell loads it in a way that nobody sees before it runs.
  tf.env().set("PROD", true);
  // Where set-up did not choose the native library, its package would only fail to load.
  if (specifier === "@tensorflow/tfjs-node-gpu" && tf.getBackend() !== "tensorflow") return tf;
  return isInProject(specifier) ? project(specifier) : undefined;
}

function isInProject(specifier: string): boolean {
  try {
    project.resolve(specifier);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND") return false;
    throw error;
  }
}
