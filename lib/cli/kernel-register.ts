import { usageError } from "../errors";
import { kernelsFolder, seenByVSCode } from "../kernel/jupyter-folders";
import { KERNEL_NAME } from "../kernel/project";
import { registerKernel, unregisterKernel } from "../kernel/register";
import { type Command, runCommand, type Values } from "./command";

/** `kernel:register` and, as kernel-unregister.ts, its undo: the kernel for the user's own JupyterLab and VS Code. */

const PLACE = [
  ["--prefix DIR", "below DIR/share/jupyter, e.g. a Python environment, instead of the user's Jupyter data folder"],
  ["--name NAME", `name of the kernelspec; default ${KERNEL_NAME}, which the project's notebooks ask for`],
] as const;

const OPTIONS = { prefix: { type: "string" }, name: { type: "string" } } as const;

const say = (line: string) => process.stdout.write(`${line}\n`);

export const register: Command = {
  name: "kernel:register",
  summary:
    "Makes the workbook's kernel known to your own JupyterLab and to VS Code; run it again after moving the project.",
  usage: "[--prefix DIR] [--name NAME] [--force]",
  help: [...PLACE, ["--force", "replace a kernelspec of that name that is not this checkout's"]],
  options: { ...OPTIONS, force: { type: "boolean" } },
  async run(values) {
    const place = placeOf(values);
    const registration = registerKernel({ ...place, force: values.force === true });
    say(`${registration.status}: ${registration.file}`);
    say(`The kernel is "${registration.display_name}"; outside the project a cell imports the library by`);
    say('  import { GLiNER } from "gliner-workbook";');
    say(`It starts ${process.execPath} with ${registration.checkout}: run this again when either moves.`);
    if (!seenByVSCode(place.kernels))
      say("VS Code does not look there: name the folder above `kernels` in JUPYTER_PATH before you start it.");
    return registration;
  },
};

export const unregister: Command = {
  name: "kernel:unregister",
  summary: "Takes back what kernel:register wrote.",
  usage: "[--prefix DIR] [--name NAME]",
  help: PLACE,
  options: OPTIONS,
  async run(values) {
    const removed = unregisterKernel(placeOf(values));
    for (const path of removed) say(`removed: ${path}`);
    if (removed.length === 0) say("nothing was registered there.");
    return { removed };
  },
};

function placeOf({ prefix, name }: Values): { kernels: string; name?: string } {
  if (prefix === "") throw usageError("--prefix is empty, wanted a folder such as a Python environment.");
  const kernels = kernelsFolder(typeof prefix === "string" ? prefix : undefined);
  return typeof name === "string" ? { kernels, name } : { kernels };
}

if (require.main === module) runCommand(register);
