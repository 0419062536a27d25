/** Which TensorFlow runs, how it got here, and the door to the ops that TensorFlow.js does not wrap. */

export { cacheFolder, offline, PRIVATE_FOLDER, PROJECT_ROOT } from "../files/places";
export { attribute, int64, isNative, nativeOp, nativeRandomBits, type OpAttribute } from "./native";
export { type Attempt, type BackendRecord, forcedBackend, type Rung, readRecord } from "./record";
export { type BackendInfo, type BackendName, backendInfo, useBackend } from "./use";
