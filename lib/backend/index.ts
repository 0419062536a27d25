/** Which TensorFlow runs, how it got here, and the door to the ops that TensorFlow.js does not wrap. */

export { cacheFolder, offline, PRIVATE_FOLDER, PROJECT_ROOT } from "../files/places";
export type { BackendInfo, BackendName, Kernels } from "./info";
export { activeKernels, FLAG, forcedKernels, hasKernels, kernelOp, multipliesWithEigen } from "./kernels";
export { attribute, int64, isNative, nativeOp, nativeRandomBits, type OpAttribute } from "./native";
export { type Attempt, type BackendRecord, forcedBackend, type KernelsRecord, type Rung, readRecord } from "./record";
export { backendInfo, useBackend, useKernels } from "./use";
