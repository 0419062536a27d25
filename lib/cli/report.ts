/** `report`: the reproduction report on a run or a study. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { judgeClaims, readClaims } from "../audit/report/claims";
import { ledgerMarkdown } from "../audit/report/ledger";
import { reportPage, writeLogbook } from "../audit/report/logbook";
import { readEvaluation, runReport } from "../audit/report/of-run";
import { screeningReport } from "../audit/report/of-screening";
import { studyReport } from "../audit/report/of-study";
import { type Report, reportMarkdown, writtenIn } from "../audit/report/report";
import { UserError, usageError } from "../errors";
import { checkWritable, writeAtomically } from "../files/atomic";
import { ensureFolder } from "../files/folders";
import { readJson } from "../files/json";
import { readText } from "../files/text";
import { markdownToHtml } from "../kernel/book/markdown";
import { STYLE } from "../kernel/book/page-style";
import { readManifest } from "../provenance/manifest";
import { isScreening } from "../study/results/factors";
import { checkStored } from "../study/results/result";
import { RESULTS_FOLDER, screeningsBeside } from "../study/results/stored";
import { type Command, required, runCommand } from "./command";

export const command: Command = {
  name: "report",
  summary:
    "The reproduction report on a run or a study, as Markdown, as a page and as a Trackio logbook, filled from what is on file.",
  usage: "RUN|STUDY --out DIR [--scores FILE.json...]",
  help: [
    ["RUN", "a run folder; scores that lie in it as evaluation*.json are taken up"],
    ["STUDY", "a study's folder, its result, or a suspect or screening whose result is in data/results"],
    ["--out DIR", "report.md, report.html, claims.md and .trackio; what a person has written into report.md is kept"],
    ["--scores FILE", "what `evaluate --json` wrote of the run's model, may be repeated"],
  ],
  options: { out: { type: "string" }, scores: { type: "string", multiple: true } },
  allowPositionals: true,
  async run(values, positionals) {
    const [what, ...more] = positionals;
    if (what === undefined || more.length)
      throw usageError(`got ${positionals.length} inputs, wanted one: ${command.usage}.`);
    const out = required(values, "out", command);
    const scores = Array.isArray(values.scores) ? values.scores.map(String) : [];
    const report = reportOf(what, scores);
    const path = join(out, "report.md");
    ensureFolder(out, "the folder of --out");
    for (const name of ["report.md", "report.html", "claims.md"]) checkWritable(join(out, name));
    const written = existsSync(path)
      ? writtenIn(readText(path, "the report as it is"), report)
      : new Map<string, string>();
    const ledger = ledgerMarkdown(judgeClaims(readClaims()));
    const markdown = reportMarkdown(report, written);
    writeAtomically(path, markdown);
    writeAtomically(join(out, "report.html"), page(report.title, markdown));
    writeAtomically(join(out, "claims.md"), `# The paper's claims\n\n${ledger}\n`);
    const claims = { title: "The paper's claims", cells: [{ title: "Ledger", body: ledger }] };
    const date = report.date ?? new Date(0).toISOString();
    const logbook = writeLogbook(out, report.title, [reportPage(report, written), claims], date);
    const open = report.sections.filter(({ title, person }) => person && !written.has(title)).map(({ title }) => title);
    process.stdout.write(
      `${[path, join(out, "report.html"), join(out, "claims.md"), ...logbook].map((file) => `written: ${file}\n`).join("")}`,
    );
    if (open.length) process.stdout.write(`to be written by a person, in ${path}: ${open.join(", ")}\n`);
    return { title: report.title, sections: report.sections, open };
  },
};

function reportOf(what: string, scores: readonly string[]): Report {
  const stored = [RESULTS_FOLDER, screeningsBeside()].map((folder) => join(folder, `${what}.json`)).find(existsSync);
  const isName = !existsSync(what) && /^[a-z0-9-]+$/.test(what) && stored !== undefined;
  if (!isName && !existsSync(what))
    throw usageError(
      `${what} is no file, no folder and no suspect or screening with a result; wanted a run folder, a study's folder or its result.`,
    );
  const isRun = existsSync(join(what, "manifest.json"));
  if (scores.length && !isRun)
    throw usageError(
      `--scores are of a run's model, and ${what} is no run folder; wanted a run, or the call without --scores.`,
    );
  if (isName) return ofResult(stored);
  if (!statSync(what).isDirectory()) return ofResult(what);
  if (isRun) return ofRun(what, scores);
  const result = ["result.json", "screening.json"].map((name) => join(what, name)).find(existsSync);
  if (result !== undefined) return ofResult(result);
  throw new UserError(
    `${what} has no manifest.json, result.json or screening.json; wanted a run folder or the folder of a finished study.`,
  );
}

function ofRun(folder: string, scores: readonly string[]): Report {
  const own = readdirSync(folder)
    .filter((name) => /^evaluation.*\.json$/.test(name))
    .map((name) => join(folder, name));
  return runReport(readManifest(join(folder, "manifest.json")), [...own, ...scores].map(readEvaluation));
}

function ofResult(path: string): Report {
  const raw = readJson(path);
  return isScreening(raw) ? screeningReport(raw) : studyReport(checkStored(raw, path));
}

const page = (title: string, markdown: string) =>
  `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title><style>${STYLE}</style></head>\n<body><main>\n${markdownToHtml(markdown)}</main></body></html>\n`;

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

if (require.main === module) void runCommand(command);
