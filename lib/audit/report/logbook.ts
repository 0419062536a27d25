/**
 * A report as a Trackio logbook: a folder .trackio that `trackio logbook open` takes up. Pages are Markdown; a cell is a rule, a
 * comment with its JSON, and its text. Held to Trackio 0.43's own reader (test/python/logbook.py).
 */
import { dirname, join } from "node:path";
import { writeAtomically } from "../../files/atomic";
import { ensureFolder } from "../../files/folders";
import { sha256 } from "../../files/hash";
import { type Report, textOf } from "./report";

/** A page of cells. */
export interface LogbookPage {
  title: string;
  cells: { title: string; body: string }[];
}

/** The report's sections as cells. @param written what a person has written, by section */
export function reportPage(report: Report, written: ReadonlyMap<string, string>): LogbookPage {
  const cells = report.sections.map((section) => ({ title: section.title, body: textOf(section, written) }));
  return { title: report.title, cells };
}

/** Writes .trackio below a folder. @param date of its cells, ISO 8601 @returns the files */
export function writeLogbook(folder: string, title: string, pages: readonly LogbookPage[], date: string): string[] {
  const root = join(folder, ".trackio");
  const slugs = pages.map((page) => slugOf(page.title));
  const index = `# ${title}\n\n## Pages\n\n| Page |\n| --- |\n${pages.map((page, i) => `| [${page.title.replaceAll("|", "\\|")}](#/${slugs[i]}) |\n`).join("")}`;
  const metadata = `${JSON.stringify({ space_id: null, emoji: "🎯", created_at: date }, null, 2)}\n`;
  const files: [string, string][] = [
    [join(root, "metadata.json"), metadata],
    [join(root, "logbook", "pages", "index.md"), index],
    ...pages.map((page, i): [string, string] => [
      join(root, "logbook", "pages", slugs[i], "page.md"),
      pageMarkdown(page, date),
    ]),
  ];
  for (const [path, text] of files) {
    ensureFolder(dirname(path), "the folder of the logbook");
    writeAtomically(path, text);
  }
  return files.map(([path]) => path);
}

/** A page with its cells; the same report gives the same ids. */
export function pageMarkdown({ title, cells }: LogbookPage, date: string): string {
  const blocks = cells.map(({ title: name, body }) => {
    const id = `cell_${sha256([title, name]).slice(0, 12)}`;
    const meta = JSON.stringify({ type: "markdown", id, created_at: date, title: name });
    return `\n\n---\n<!-- trackio-cell\n${meta}\n-->\n${body.trim()}\n`;
  });
  return `# ${title}\n${blocks.join("")}`;
}

/** As Trackio names a page's folder. */
const slugOf = (title: string) =>
  title
    .trim()
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "") || "page";
