/**
 * The TypeScript of the kernel: the project's own, so that a cell is read as `npx tsc` and an editor read it. tslab 1.0.22
 * brings a TypeScript 5.0.4 with changes of its own, which knows neither `using` nor `toSorted` nor import attributes;
 * it is never loaded: where tslab asks for it, it gets this one. Must be loaded before any file of tslab.
 */
import Module from "node:module";
import compiler from "typescript";

export { compiler };

const path = require.resolve("@tslab/typescript-for-tslab");
require.cache[path] = Object.assign(new Module(path), { filename: path, loaded: true, exports: compiler });
