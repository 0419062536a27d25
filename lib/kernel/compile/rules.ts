/**
 * The rules by which a cell is read: those of notebooks/tsconfig.json, which an editor reads too. What a learner writes
 * runs (`let best = null`, `const losses = []`, `rows.find(…).score`); a wrong argument or a misspelt name does not.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type * as TypeScript from "typescript";
import { UserError } from "../../errors";
import { PROJECT_ROOT } from "../project";
import { compiler } from "./typescript";

const FOLDER = join(PROJECT_ROOT, "notebooks");

/** What the kernel needs beyond the rules: code and declarations as outputs, and only Node's types loaded by themselves. */
const OUTPUT: TypeScript.CompilerOptions = {
  noEmit: false,
  declaration: true,
  sourceMap: true,
  preserveConstEnums: true,
  newLine: compiler.NewLineKind.LineFeed,
  // A notebook elsewhere on the disk has Node's types too.
  typeRoots: [join(PROJECT_ROOT, "node_modules/@types")],
};

/** @throws UserError where the file cannot be read as a tsconfig */
export function notebookRules(): TypeScript.CompilerOptions {
  const path = join(FOLDER, "tsconfig.json");
  const { config, error } = compiler.parseConfigFileTextToJson(path, readFileSync(path, "utf8"));
  const { options, errors } = compiler.convertCompilerOptionsFromJson(config?.compilerOptions, FOLDER, path);
  const fault = error ?? errors[0];
  if (fault)
    throw new UserError(
      `${path} is no tsconfig: ${compiler.flattenDiagnosticMessageText(fault.messageText, " ")} Restore it from git.`,
    );
  return { ...options, ...OUTPUT };
}
