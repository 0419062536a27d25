/**
 * Repair: what values look like when Node prints them. Tensors are a line instead of their inner parts, wherever they lie; the
 * marks by which Node knows to which cell a promise or a timer belongs stay unseen; a function that is a cell's last expression
 * does not carry tslab's name for it.
 */
import { type InspectOptions, inspect } from "node:util";
import { PROJECT_ROOT } from "./project";

/** Values of a tensor that are printed beside its shape. */
const SHOWN_VALUES = 12;

interface TensorLike {
  dtype: string;
  shape: number[];
  size: number;
  isDisposed: boolean;
  dataSync(): ArrayLike<unknown>;
}

let dressed = false;

/** Call when a module may have been loaded: gives TensorFlow.js's tensors a short form. The kernel itself does not load it. */
export function dressTensors(): void {
  if (dressed || Reflect.get(globalThis, "_tfengine") === undefined) return;
  const path = require.resolve("@tensorflow/tfjs-core", { paths: [PROJECT_ROOT] });
  const core: { Tensor?: { prototype: object } } | undefined = require.cache[path]?.exports;
  if (!core?.Tensor) return;
  dressed = true;
  const print = function (this: TensorLike): string {
    return tensorLine(this);
  };
  Object.defineProperty(core.Tensor.prototype, inspect.custom, { value: print, configurable: true, writable: true });
}

/** `Tensor float32 [2,2] 1, 2, 3, 4` */
export function tensorLine(tensor: TensorLike): string {
  const title = `Tensor ${tensor.dtype} [${tensor.shape}]`;
  if (tensor.isDisposed) return `${title} (disposed)`;
  const values = tensor.dataSync();
  const shown = Array.from({ length: Math.min(values.length, SHOWN_VALUES) }, (_, at) => short(values[at]));
  return `${title} ${shown.join(", ")}${values.length > SHOWN_VALUES ? ", …" : ""}`;
}

function short(value: unknown): string {
  return typeof value === "number" ? String(Number(value.toPrecision(5))) : inspect(value);
}

/** Hides Node's marks on promises and timers from printing. They are found on a promise and a timer that have them. */
export function hideMarks(marked: readonly object[]): void {
  const marks = new Set(marked.flatMap((value) => Object.getOwnPropertySymbols(value).filter(isMark)));
  for (const value of marked) {
    const print = function (this: object, depth: number, options: InspectOptions): string {
      for (const mark of marks) if (mark in this) Object.defineProperty(this, mark, { enumerable: false });
      // From now on this one prints as Node prints it.
      Object.defineProperty(this, inspect.custom, { value: undefined, configurable: true });
      return inspect(this, { ...options, depth });
    };
    const prototype = Object.getPrototypeOf(value);
    Object.defineProperty(prototype, inspect.custom, { value: print, configurable: true, writable: true });
  }
}

function isMark(symbol: symbol): boolean {
  return /^(async_id_symbol|trigger_async_id_symbol|kResourceStore)$/.test(symbol.description ?? "");
}
