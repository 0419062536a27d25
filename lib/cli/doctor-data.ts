/** `doctor --data`: its options, and the page that it prints of what `inspectData` finds. */
import { basename } from "node:path";
import type { FileReport } from "../data/inspect/file-report";
import type { Finding } from "../data/inspect/findings";
import { type DataReport, inspectData, LIMITS } from "../data/inspect/report";
import { type Values, whole } from "./command";
import { readLabels } from "./labels";

/** `doctor --data`: the same verb for data, in the spirit of spaCy's `debug data`. */
export const DATA_HELP = [
  [
    "--data FILE...",
    "looks at data instead: files, folders, source:ID, zero-shot:NAME, sentences; exit code 1 where a fault is found",
  ],
  ["--against FILE...", "the originals of the files, one for all or one for each"],
  ["--labels a,b", "the types an evaluation asks for, or a file of them; default: the list that lies beside the data"],
  ["--max-width N", `widest span of the model in words (default ${LIMITS.maxWidth})`],
  ["--max-len N", `words that the model reads of a text (default ${LIMITS.maxLen})`],
] as const;

export const DATA_OPTIONS = {
  data: { type: "string", multiple: true },
  against: { type: "string", multiple: true },
  labels: { type: "string" },
  "max-width": { type: "string" },
  "max-len": { type: "string" },
} as const;

/** Looks at the files, prints what is found, and sets the exit code. */
export async function diagnoseData(values: Values, names: readonly string[]): Promise<DataReport> {
  const report = await inspectData(names, {
    limits: {
      maxWidth: whole(values, "max-width", LIMITS.maxWidth, 1, 10_000),
      maxLen: whole(values, "max-len", LIMITS.maxLen, 1, 1e6),
    },
    against: Array.isArray(values.against) ? values.against.map(String) : [],
    labelList: typeof values.labels === "string" ? readLabels(values.labels) : undefined,
  });
  process.stdout.write(page(report));
  if (report.findings.some(({ severity }) => severity === "fault")) process.exitCode = 1;
  return report;
}

/** Every file with what was found in it, then what was found between files. */
function page({ files, findings }: DataReport): string {
  const about = (name: string) => findings.filter(({ file }) => file === name).map(line);
  const pairs = [...new Set(findings.map(({ file }) => file))].filter(
    (name) => !files.some((file) => file.name === name),
  );
  const blocks = [
    ...files.map((file) => [overview(file), ...about(file.name)]),
    ...pairs.map((pair) => [pair, ...about(pair)]),
  ];
  return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function overview({ name, format, scheme, records, asked, found, labels, labelList, ceiling }: FileReport): string {
  const lost = asked > found ? `, ${asked - found} without a place` : "";
  const list = labelList ? `, held against ${basename(labelList)}` : "";
  const share = ceiling.gold > 0 ? `; recall at most ${((100 * ceiling.reachable) / ceiling.gold).toFixed(1)} %` : "";
  return `${name} (${format}${scheme ? `, ${scheme}` : ""}): ${records} records, ${asked} mentions${lost}, ${labels.types.length} types${list}${share}`;
}

const line = ({ severity, check, text }: Finding) => `  ${severity === "fault" ? "FAULT" : "note "} ${check}: ${text}`;
