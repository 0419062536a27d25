/** What an import gives of a module, by the rules of TypeScript's `esModuleInterop`: Node's modules are of two kinds. */
import { types } from "node:util";

/** What code that is compiled in memory is called with, beyond what CommonJS gives every module. */
export interface ModuleWords {
  import(specifier: unknown): Promise<unknown>;
  meta: ImportMeta;
}

/** What a cell is called with, where `bind` makes names of the notebook stand for what a module exports. */
export interface CellWords extends ModuleWords {
  bind(specifier: string, names: Readonly<Record<string, string>>): void;
}

/** Namespaces made of CommonJS modules: the same module gives the same one. */
const namespaces = new WeakMap<object, object>();

/**
 * @param key a name that the module exports, "default", or "*" for the namespace
 * @returns undefined where the module does not export it
 */
export function exported(module: unknown, key: string): unknown {
  if (key === "*") return namespace(module);
  if (!isObject(module)) return key === "default" ? module : Object(module)[key];
  return key === "default" && !isEsModule(module) ? module : Reflect.get(module, key);
}

/** A module as `import *` and `import()` give it. */
export function namespace(module: unknown): unknown {
  if (!isObject(module)) return { default: module };
  if (isEsModule(module)) return module;
  const known = namespaces.get(module);
  if (known) return known;
  const made = Object.create(null);
  for (const key of Object.keys(module))
    if (key !== "default") Object.defineProperty(made, key, { enumerable: true, get: () => Reflect.get(module, key) });
  Object.defineProperty(made, "default", { enumerable: true, value: module });
  namespaces.set(module, made);
  return made;
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function isEsModule(module: object): boolean {
  return types.isModuleNamespaceObject(module) || Reflect.get(module, "__esModule") === true;
}
