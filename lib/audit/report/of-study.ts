/** The report on a study, from its stored result. */
import type { StoredArm, SuspectResult } from "../../study/results/result";
import { points, signed, withInterval } from "../../study/results/verdict";
import { type JudgedClaim, judgeClaims, readClaims } from "./claims";
import { byPerson, markdownTable, percent, type Report, type ReportSection } from "./report";

/** The report on a study: what was asked, how, what came of each arm, and what it does not establish. */
export function studyReport(result: SuspectResult): Report {
  const ledger = judgeClaims(readClaims()).filter(({ by }) => by?.suspect === result.suspect);
  return {
    title: `Reproduction report: ${result.suspect}`,
    date: null,
    sections: studySections({
      scope: scope(result, ledger),
      methodology: methodology(result),
      environment: environment(result),
      results: results(result),
      deviations: deviations(
        result,
        result.not_run.map(({ value, why }) => `Not run: ${value}, ${why}.`),
      ),
      notEstablished: notEstablished(result),
    }),
  };
}

/** The sections that are filled in, with those that only a person can write, in the order of the ML Reproducibility Challenge. */
export function studySections(
  of: Record<"scope" | "methodology" | "environment" | "results" | "deviations" | "notEstablished", ReportSection>,
): ReportSection[] {
  return [
    of.scope,
    of.methodology,
    of.environment,
    of.results,
    byPerson("What was easy", "What could be taken from the paper and its code as it was?"),
    byPerson("What was difficult", "What had to be guessed, asked, or tried? How long did it take?"),
    of.deviations,
    of.notEstablished,
    byPerson("Communication with the authors", "Who was asked what, and what did they answer?"),
  ];
}

function scope({ question, gap, expected, published }: SuspectResult, ledger: readonly JudgedClaim[]): ReportSection {
  const claims = ledger.map(
    ({ claim, where, verdict, evidence }) => `* The paper (${where}): ${claim} Here: **${verdict}**, ${evidence}.`,
  );
  const dates = gap.length
    ? `By its date it can belong to ${gap.map((one) => `issue ${one}`).join(" and ")}`
    : "By its date it belongs to neither of the two gaps";
  return {
    title: "Scope and claim",
    person: false,
    body: [
      question,
      `${dates}; that says nothing of whether it does.`,
      ...(claims.length ? [claims.join("\n")] : []),
      `Expected beforehand: ${expected ?? "nothing was written down"}${expected?.endsWith(".") ? "" : "."} Published: ${published ?? "nothing"}${published?.endsWith(".") ? "" : "."}`,
    ].join("\n\n"),
  };
}

function methodology({ setting, control, arms, command, level }: SuspectResult): ReportSection {
  const { recipe, encoder, steps, batch } = setting;
  return {
    title: "Methodology",
    person: false,
    body: [
      `${encoder}, ${steps} steps of ${batch} sentences by ${recipe}. Control: ${control.value}, ${control.runs.length} seeds. Arms: ${arms.map(({ value, runs }) => `${value}, ${runs.length} seeds`).join("; ")}.`,
      `${testsOf(setting)} Intervals of ${percent(level)} % over seeds and sentences, paired where seeds pair.`,
      `\`\`\`\n${command}\n\`\`\``,
    ].join("\n\n"),
  };
}

/** What was asked, in a sentence. */
export const testsOf = ({ sentences, limit, sets, drop }: SuspectResult["setting"]): string =>
  `Scored on ${sentences} sentences${limit === null ? "" : ` (the first ${limit} of each set)`} of ${sets.join(", ")}${drop.length ? `, without the types ${drop.join(", ")}` : ""}; exact match, micro F1, unweighted mean of the sets.`;

/** Code, libraries, machines and data of the runs. */
export function environment({ manifest }: Pick<SuspectResult, "manifest">): ReportSection {
  const { commits, dirty, backends, processors, data, tests_sha256, adopted } = manifest;
  const hashes = (list: readonly string[]) => list.map((hash) => hash.slice(0, 16)).join(", ");
  const rows = [
    ["code", `commits ${commits.join(", ")}${dirty ? ", some with uncommitted changes" : ""}`],
    ["library", backends.join(", ")],
    ["processors", processors.join(", ")],
    [
      "data, sha256",
      Object.entries(data)
        .map(([name, hash]) => `${name} ${hash.slice(0, 16)}`)
        .join(", "),
    ],
    ["tests, sha256", hashes(tests_sha256)],
    ["runs taken over from elsewhere", String(adopted)],
  ];
  return { title: "Environment", person: false, body: markdownTable(["what", "value"], rows) };
}

function results({ control, arms, together = [], min_detectable, level }: SuspectResult): ReportSection {
  const mean =
    control.mean === null
      ? "no run"
      : `${percent(control.mean)} F1${control.sd === null ? "" : `, standard deviation over seeds ${percent(control.sd)}`}`;
  const family = arms.some(({ p_holm }) => p_holm !== undefined);
  const rows = arms.map((arm) => [
    arm.value,
    worth(arm),
    String(arm.runs.length),
    arm.p_better === null ? "" : arm.p_better.toFixed(2),
    ...(family ? [arm.p_holm?.toFixed(3) ?? ""] : []),
  ]);
  const wholes = together.map(({ name, left, ci95, of_whole, of_parts, seeds }) => [
    name,
    left === null ? "not known" : withInterval(left, ci95),
    ...[of_whole, of_parts].map((value) => (value === null ? "" : signed(value))),
    String(seeds.length),
  ]);
  const every = [control, ...arms].flatMap(({ value, runs }) =>
    runs.map(({ seed, id, f1 }) => [value, String(seed), id, ...Object.values(f1).map(percent)]),
  );
  const thresholds = Object.keys(control.runs[0]?.f1 ?? {});
  return {
    title: "Results",
    person: false,
    body: [
      `Control ${control.value}: ${mean}.`,
      markdownTable(
        [
          "arm",
          `points of F1 against the control [${percent(level)} % interval]`,
          "seeds",
          "P(better)",
          ...(family ? ["p, by Holm"] : []),
        ],
        rows,
      ),
      ...(wholes.length ? [markdownTable(["whole less its parts", "left", "whole", "parts", "seeds"], wholes)] : []),
      ...(min_detectable === null
        ? []
        : [`${points(min_detectable)} points or more would have been seen with a power of 80 %.`]),
      "Every run:",
      markdownTable(["setting", "seed", "run", ...thresholds.map((threshold) => `F1 at ${threshold}`)], every),
    ].join("\n\n"),
  };
}

const worth = ({ difference, ci95 }: StoredArm) =>
  difference === null ? "not run" : `${withInterval(difference, ci95)}${ci95 ? "" : " (one seed: no interval)"}`;

/** @param own lines of this study, between those that every study has */
export function deviations(
  { setting, manifest }: Pick<SuspectResult, "setting" | "manifest">,
  own: readonly string[],
): ReportSection {
  const lines = [
    `The paper trains DeBERTa-v3-large for 30,000 steps; this is ${setting.encoder} and ${setting.steps} steps.`,
    ...own,
    ...(manifest.dirty ? ["Some runs' code had changes that are in no commit."] : []),
  ];
  return { title: "Deviations", person: false, body: lines.map((line) => `* ${line}`).join("\n") };
}

function notEstablished({ verdict, seeds_needed, failed = [], setting }: SuspectResult): ReportSection {
  const needed = Object.entries(seeds_needed).map(
    ([gap, n]) => `${gap} points: ${n === null ? "not known" : `${n} seeds of each`}`,
  );
  const lines = [
    verdict,
    ...failed.map(
      ({ arm, seed, why }) =>
        `${arm}, seed ${seed}: its run failed every time (${why}); the arm is compared over its other seeds.`,
    ),
    `What it takes to tell differences of a given size, by the spread seen here: ${needed.join("; ")}.`,
    `Anything about larger encoders or longer training than ${setting.encoder} and ${setting.steps} steps; the cause of either gap.`,
  ];
  return { title: "Not established", person: false, body: lines.map((line) => `* ${line}`).join("\n") };
}
