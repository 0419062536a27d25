/**
 * TensorFlow.js after a cell that was cut in the middle of a `tf.tidy` or a gradient: without this every later tensor would
 * belong to a scope that nobody closes.
 */

interface Engine {
  state: { scopeStack: unknown[]; gradientDepth: number; kernelDepth: number; activeTape: unknown };
  endScope(): void;
}

/** How many scopes are open; 0 where TensorFlow.js is not loaded. */
export function openScopes(): number {
  return engine()?.state.scopeStack.length ?? 0;
}

/** Closes the scopes above `depth`, with their tensors, and forgets a gradient that was being recorded. */
export function repairScopes(depth: number): void {
  const open = engine();
  if (!open) return;
  while (open.state.scopeStack.length > depth) open.endScope();
  Object.assign(open.state, { gradientDepth: 0, kernelDepth: 0, activeTape: undefined });
}

/** TensorFlow.js keeps its engine under this name, one for all copies of the package. */
function engine(): Engine | undefined {
  const found: unknown = Reflect.get(globalThis, "_tfengine");
  return isEngine(found) ? found : undefined;
}

function isEngine(value: unknown): value is Engine {
  return typeof value === "object" && value !== null && "state" in value && "endScope" in value;
}
