import { jupyterDataFolder, type Registration, registerKernel, unregisterKernel } from "../kernel/register";
import { type Command, runCommand } from "./command";

/** `npm run kernel:register`: the workbook's kernel in the reader's own JupyterLab and in VS Code. */

const WORDS: Record<Registration["done"], string> = {
  written: "registered",
  unchanged: "is registered already",
  removed: "taken away",
  "not there": "was not registered",
};

const kernelRegister: Command = {
  name: "kernel:register",
  summary: "Makes the workbook's kernel known to your own JupyterLab and to VS Code, or takes it away again.",
  usage: "[--undo] [--data-dir DIR] [--force]",
  help: [
    ["--undo", "takes away what was registered from this checkout, and nothing else"],
    ["--data-dir DIR", "Jupyter's data folder; default: JUPYTER_DATA_DIR, else the user's"],
    ["--force", "replaces a kernel of the same name that was registered from elsewhere"],
  ],
  options: { undo: { type: "boolean" }, "data-dir": { type: "string" }, force: { type: "boolean" } },
  async run(values) {
    const folder = typeof values["data-dir"] === "string" ? values["data-dir"] : jupyterDataFolder();
    const result = values.undo ? unregisterKernel(folder) : registerKernel(folder, values.force === true);
    process.stdout.write(`"TypeScript (GLiNER workbook)" ${WORDS[result.done]}: ${result.folder}\n`);
    if (!values.undo)
      process.stdout.write("It starts this checkout: if you move or rename the folder, register it again.\n");
    return result;
  },
};

if (require.main === module) void runCommand(kernelRegister);
