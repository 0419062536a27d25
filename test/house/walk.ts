/**
 * Follows a call through lib: which file calls into which, in the order in which it happens. Every function and class that a
 * module of dist/lib exports is wrapped as it loads, so that this must be required before anything of lib is.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import Module from "node:module";
import { join, relative, sep } from "node:path";

/** One call from a file of lib into another. */
export interface Step {
  from: string;
  to: string;
}

const BUILT = join(__dirname, "..", "..", "lib");
const here = new AsyncLocalStorage<string>();
let steps: Step[] | undefined;

type Callable = (...parts: unknown[]) => unknown;
type Loader = { _load(request: string, parent: { filename?: string }, isMain: boolean): unknown };

/** Wraps what lib's modules export; call it once, before they are loaded. */
export function watchLib(): void {
  const loader = Module as unknown as Loader & { _extensions: Record<string, (module: Module, path: string) => void> };
  const plain = loader._extensions[".js"];
  loader._extensions[".js"] = (module, path) => {
    plain(module, path);
    const file = relative(BUILT, path).split(sep).join("/");
    if (!file.startsWith("..")) wrapExports(module.exports as Record<string, unknown>, file.replace(/\.js$/, ".ts"));
  };
}

/** The calls from file to file while `work` runs. */
export async function walk(work: () => Promise<unknown>): Promise<Step[]> {
  steps = [];
  try {
    await here.run("", work);
    return steps;
  } finally {
    steps = undefined;
  }
}

function wrapExports(exports: Record<string, unknown>, file: string): void {
  for (const [name, { value, writable }] of Object.entries(Object.getOwnPropertyDescriptors(exports))) {
    if (typeof value !== "function" || !writable) continue;
    if (/^class\b/.test(Function.prototype.toString.call(value))) wrapMethods(value as { prototype: object }, file);
    else exports[name] = wrapped(value as Callable, file);
  }
}

/** Methods of the class and of its prototype; getters and fields stay as they are. */
function wrapMethods(owner: { prototype: object }, file: string): void {
  for (const target of [owner, owner.prototype])
    for (const [name, entry] of Object.entries(Object.getOwnPropertyDescriptors(target))) {
      if (name === "constructor" || typeof entry.value !== "function" || !entry.configurable) continue;
      Object.defineProperty(target, name, { ...entry, value: wrapped(entry.value as Callable, file) });
    }
}

function wrapped(call: Callable, file: string): Callable {
  const around = function (this: unknown, ...parts: unknown[]): unknown {
    const from = here.getStore();
    if (steps === undefined || from === undefined || from === file) return call.apply(this, parts);
    steps.push({ from, to: file });
    return here.run(file, () => call.apply(this, parts));
  };
  return Object.assign(around, call);
}
