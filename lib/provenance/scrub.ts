/** Removes user names, host names and folders from everything that manifests and cards publish. */
import { homedir, hostname, userInfo } from "node:os";
import { basename, isAbsolute, relative, resolve, win32 } from "node:path";
import { PROJECT_ROOT } from "../backend";

/**
 * What is written about a run is given to others: it must not say who ran it, on which machine and in which folder. An
 * absolute path becomes the path inside the project, or its last name; a home folder, user or host name becomes a word.
 */
export function scrubbed<T>(value: T): T;
export function scrubbed(value: unknown): unknown {
  if (typeof value === "string") return scrubbedText(value);
  if (Array.isArray(value)) return value.map((item) => scrubbed(item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [scrubbedText(key), scrubbed(item)]));
}

/** The start of an absolute path inside a text: at its beginning or behind what can stand before one, not inside a URL. */
const PATH = /(?<![\w.~:/\\-])(?:[A-Za-z]:[\\/]|~?\/)[^\s"'`<>|:;,()[\]{}]*[^\s"'`<>|:;,()[\]{}./]/g;

function scrubbedText(text: string): string {
  const whole = isAbsolute(text) || win32.isAbsolute(text) ? placeless(text) : text.replace(PATH, placeless);
  return [userInfo().username, hostname()].reduce(hidden, whole);
}

function placeless(path: string): string {
  const last = basename(path.replaceAll("\\", "/"));
  // Another system's path, in a manifest that came from there.
  if (!isAbsolute(path) && !path.startsWith("~/")) return last;
  const expanded = path.startsWith("~/") ? resolve(homedir(), path.slice(2)) : path;
  const inside = relative(PROJECT_ROOT, expanded);
  if (inside === "") return ".";
  return inside.startsWith("..") || isAbsolute(inside) ? last : inside;
}

/** A name of two letters would be found in ordinary words. */
function hidden(text: string, name: string): string {
  if (name.length < 3) return text;
  return text.replace(new RegExp(`(?<![\\w-])${name.replace(/[^\w]/g, "\\$&")}(?![\\w-])`, "gi"), "[private]");
}
