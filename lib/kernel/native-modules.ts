/** The ES modules that cells have imported: loaded before the cell that binds their names, since that has to be waited for. */
import { statSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { nativeImport, needsImport } from "./native-import";
import { PROJECT_ROOT } from "./project";

export class NativeModules {
  /** By folder and specifier. */
  private readonly loaded = new Map<string, { module: unknown; version: string }>();

  get(specifier: string, folder: string): unknown {
    return this.loaded.get(key(specifier, folder))?.module;
  }

  /** Loads what `require` cannot load, and a file that has changed anew. */
  async prepare(specifier: string, folder: string): Promise<void> {
    const place = [folder, PROJECT_ROOT].find((each) => needsImport(specifier, each));
    if (place === undefined) return;
    const known = this.loaded.get(key(specifier, folder));
    const path = specifier.startsWith(".") || isAbsolute(specifier) ? resolve(folder, specifier) : undefined;
    const version = path === undefined ? "" : String(statSync(path).mtimeMs);
    if (known?.version === version) return;
    // Node loads one address once: another one for what has changed.
    const address = path === undefined ? specifier : pathToFileURL(path).href + (known ? `?${version}` : "");
    const module = await nativeImport(place)(address);
    this.loaded.set(key(specifier, folder), { module, version });
  }
}

function key(specifier: string, folder: string): string {
  return `${folder}\0${specifier}`;
}
