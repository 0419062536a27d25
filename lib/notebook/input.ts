/** A question to the reader while a cell runs. */
import { usageError } from "../errors";
import { outputPort } from "./display";

/**
 * Asks the reader for a line of text and waits for it: in JupyterLab a field under the cell.
 * @param prompt what stands before the field
 * @throws UserError where nobody can answer: in a runner, or outside a notebook
 */
export function input(prompt = ""): Promise<string> {
  const port = outputPort();
  if (!port?.interactive || !port.ask)
    throw usageError(
      `input(${JSON.stringify(prompt)}) has nobody to ask: this notebook runs without a reader, wanted JupyterLab or VS Code. ` +
        "Put the value into a cell tagged `parameters`; `npm run -s workbook -- NOTEBOOK --set name=value` changes it.",
    );
  return port.ask(prompt);
}
