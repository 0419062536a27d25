/** The last step of the set-up on a desktop: the system's own command for opening an address. */
import { spawn } from "node:child_process";
import { which } from "../../backend/install/run";

/** Opens an address in the reader's browser, where there is a way to ask for one. @returns false where there is none */
export function openBrowser(address: string): boolean {
  const [command, ...words] = opener();
  if (!command) return false;
  const child = spawn(command, [...words, address], { stdio: "ignore", detached: true });
  // A desktop without a browser: the address is printed in any case.
  child.once("error", (error) => process.stderr.write(`no browser could be opened: ${error.message}\n`));
  child.unref();
  return true;
}

function opener(): string[] {
  if (process.platform === "darwin") return ["open"];
  if (process.platform === "win32") return ["cmd", "/c", "start", ""];
  const graphical = process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  return graphical && which("xdg-open") ? ["xdg-open"] : [];
}
