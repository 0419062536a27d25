/** `npm run kernel:register`: the kernel for the user's own JupyterLab and VS Code, and its undo. */
import { usageError } from "../errors";
import { KERNEL_NAME } from "../kernel/project";
import { kernelsFolder, seenByVSCode } from "../kernel/register/jupyter-folders";
import { type Registration, registerKernel, unregisterKernel } from "../kernel/register/register";
import { type Command, runCommand, type Values } from "./command";

const say = (line: string) => process.stdout.write(`${line}\n`);

const kernelRegister: Command = {
  name: "kernel:register",
  summary:
    "Makes the workbook's kernel known to your own JupyterLab and to VS Code; run it again after moving the project.",
  usage: "[--undo] [--prefix DIR] [--name NAME] [--force]",
  help: [
    ["--undo", "takes back what was registered from this checkout, and nothing else"],
    ["--prefix DIR", "below DIR/share/jupyter, e.g. a Python environment, instead of the user's Jupyter data folder"],
    ["--name NAME", `name of the kernelspec; default ${KERNEL_NAME}, which the project's notebooks ask for`],
    ["--force", "replace a kernelspec of that name that is not this checkout's"],
  ],
  options: {
    undo: { type: "boolean" },
    prefix: { type: "string" },
    name: { type: "string" },
    force: { type: "boolean" },
  },
  async run(values) {
    if (values.undo && values.force) throw usageError("--undo and --force do not go together; give one of them.");
    const place = placeOf(values);
    return values.undo ? undo(place) : register(place, values.force === true);
  },
};

type Place = ReturnType<typeof placeOf>;

function register(place: Place, force: boolean): Registration {
  const registration = registerKernel({ ...place, force });
  say(`${registration.status}: ${registration.file}`);
  say(`The kernel is "${registration.display_name}"; outside the project a cell imports the library by`);
  say('  import { GLiNER } from "gliner-workbook";');
  say(`It starts ${process.execPath} with ${registration.checkout}: run this again when either moves.`);
  if (!seenByVSCode(place.kernels))
    say("VS Code does not look there: name the folder above `kernels` in JUPYTER_PATH before you start it.");
  return registration;
}

function undo(place: Place): { removed: string[] } {
  const removed = unregisterKernel(place);
  for (const path of removed) say(`removed: ${path}`);
  if (removed.length === 0) say("nothing was registered there.");
  return { removed };
}

function placeOf({ prefix, name }: Values): { kernels: string; name?: string } {
  if (prefix === "") throw usageError("--prefix is empty, wanted a folder such as a Python environment.");
  const kernels = kernelsFolder(typeof prefix === "string" ? prefix : undefined);
  return typeof name === "string" ? { kernels, name } : { kernels };
}

if (require.main === module) void runCommand(kernelRegister);
