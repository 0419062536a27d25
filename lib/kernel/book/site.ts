/** The course as a site: every chapter as it came, its solutions, the Chinese chapters, the glossaries and the library, in one folder. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../project";
import { readNotebook } from "../runner/nbformat";
import { apiPages } from "./api";
import { notebookName, projectNotebooks } from "./book";
import { type Page, type TextPage, writePages } from "./pages";

const NOTEBOOKS = join(PROJECT_ROOT, "notebooks");
const CHINESE = join(NOTEBOOKS, "zh");

/** Writes the site. No page asks anything of a network. @returns how many pages there are @throws UserError as `writePages` does */
export function writeSite(folder: string): number {
  const chinese = existsSync(CHINESE)
    ? readdirSync(CHINESE)
        .filter((file) => file.endsWith(".ipynb"))
        .sort()
    : [];
  const paths = [...projectNotebooks(), ...chinese.map((file) => join(CHINESE, file))];
  const pages = paths.map((path): Page => ({ name: notebookName(path), notebook: readNotebook(path) }));
  const texts = [...glossaries(), ...apiPages()];
  writePages(folder, pages, texts);
  return pages.length + texts.length;
}

function glossaries(): TextPage[] {
  return ["glossary", "zh/glossary"].flatMap((name) => {
    const path = join(NOTEBOOKS, `${name}.md`);
    if (!existsSync(path)) return [];
    const markdown = readFileSync(path, "utf8");
    return [{ name, title: /^# (.+)$/m.exec(markdown)?.[1] ?? name, markdown }];
  });
}
