/** The package indexes and wheel folders that pip's own configuration names, read without Python. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir, platform } from "node:os";
import { delimiter, join } from "node:path";

/**
 * Where pip would look for packages, read from its own settings: a machine without Python may still have an index that
 * its owner has chosen. pip's built-in index is not among the settings, so none is assumed.
 *
 * Order and places as in pip's "Configuration" page: files of the system, the user, the environment, the file that
 * PIP_CONFIG_FILE names, then variables; what comes later replaces what came before.
 */
export interface PipSettings {
  /** Addresses of "simple" indexes, the main one first; none with PIP_NO_INDEX. */
  indexes: string[];
  /** Folders with wheels in them. */
  folders: string[];
}

const KEYS = ["index-url", "extra-index-url", "find-links", "no-index"] as const;

type Settings = Partial<Record<(typeof KEYS)[number], string>>;

/** Reads the settings of this machine and environment. */
export function pipSettings(env: NodeJS.ProcessEnv = process.env): PipSettings {
  const found = settings(env);
  const main = found["index-url"] ? [found["index-url"]] : [];
  const links = words(found["find-links"]);
  return {
    indexes: isOff(found) ? [] : [...main, ...words(found["extra-index-url"])],
    folders: links.filter((link) => !/^[a-z+]+:\/\//i.test(link)),
  };
}

/** True where pip is told to ask no index (PIP_NO_INDEX): it takes what the folders have and downloads nothing. */
export const asksNoIndex = (env: NodeJS.ProcessEnv = process.env): boolean => isOff(settings(env));

const isOff = (found: Settings) => /^(1|true|yes|on|y|t)$/i.test(found["no-index"] ?? "");

/** A settings file that cannot be read counts as absent for pip, and here. */
function settings(env: NodeJS.ProcessEnv): Settings {
  const files = configFiles(env).filter((file) => existsSync(file));
  return Object.assign({}, ...files.map((file) => parse(readFileSync(file, "utf8"))), variables(env));
}

/** The indexes as a short text that changes with them and shows no password. */
export function pipSettingsKey(): string {
  const { indexes, folders } = pipSettings();
  if (indexes.length + folders.length === 0) return "no index";
  return createHash("sha256")
    .update([...indexes, ...folders].join("\n"))
    .digest("hex")
    .slice(0, 8);
}

function words(value = ""): string[] {
  return value.split(/\s+/).filter((word) => word !== "");
}

function variables(env: NodeJS.ProcessEnv): Settings {
  const pairs = KEYS.map((key) => [key, env[`PIP_${key.toUpperCase().replaceAll("-", "_")}`]]);
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined && value !== ""));
}

function configFiles(env: NodeJS.ProcessEnv): string[] {
  // pip takes the null device for "no file at all".
  if (env.PIP_CONFIG_FILE === "/dev/null" || env.PIP_CONFIG_FILE?.toLowerCase() === "nul") return [];
  const named = env.PIP_CONFIG_FILE ? [env.PIP_CONFIG_FILE] : [];
  const name = platform() === "win32" ? "pip.ini" : "pip.conf";
  const environment = env.VIRTUAL_ENV ? [join(env.VIRTUAL_ENV, name)] : [];
  return [...systemAndUserFiles(env), ...environment, ...named];
}

function systemAndUserFiles(env: NodeJS.ProcessEnv): string[] {
  const home = env.HOME || homedir();
  const legacy = join(home, platform() === "win32" ? "pip/pip.ini" : ".pip/pip.conf");
  if (platform() === "win32")
    return [
      join(env.ProgramData ?? "C:\\ProgramData", "pip/pip.ini"),
      legacy,
      join(env.APPDATA ?? home, "pip/pip.ini"),
    ];
  const user = join(env.XDG_CONFIG_HOME || join(home, ".config"), "pip/pip.conf");
  if (platform() === "darwin") {
    const library = "Library/Application Support/pip";
    const own = existsSync(join(home, library)) ? join(home, library, "pip.conf") : user;
    return [join("/", library, "pip.conf"), legacy, own];
  }
  const shared = (env.XDG_CONFIG_DIRS || "/etc/xdg").split(delimiter).map((folder) => join(folder, "pip/pip.conf"));
  return [...shared, "/etc/pip.conf", legacy, user];
}

/** The part of Python's configparser that pip.conf uses: [global] and [download], values that go on in indented lines. */
function parse(text: string): Settings {
  const sections: Record<string, Settings> = {};
  let section = "";
  let key: (typeof KEYS)[number] | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const title = /^\[([^\]]+)\]/.exec(line);
    const pair = /^([\w-]+)\s*[=:]\s*(.*)$/.exec(line);
    if (title) [section, key] = [title[1].trim(), undefined];
    else if (/^\s/.test(line) && key) sections[section][key] += ` ${line.trim()}`;
    else if (pair) {
      const name = pair[1].toLowerCase().replaceAll("_", "-");
      key = KEYS.find((known) => known === name);
      if (key) sections[section] = { ...sections[section], [key]: pair[2].trim() };
    }
  }
  return { ...sections.global, ...sections.download };
}
