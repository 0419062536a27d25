/** The report on a screening, from its stored result. */
import type { ScreeningResult } from "../../study/results/factors";
import { points, signed, withInterval } from "../../study/results/verdict";
import { deviations, environment, studySections, testsOf } from "./of-study";
import { markdownTable, percent, type Report, type ReportSection } from "./report";

/** The report on a screening: which factors were turned together, how, what came of each, and what it does not establish. */
export function screeningReport(result: ScreeningResult): Report {
  return {
    title: `Reproduction report: ${result.screening}`,
    date: null,
    sections: studySections({
      scope: scope(result),
      methodology: methodology(result),
      environment: environment(result),
      results: results(result),
      deviations: deviations(
        result,
        result.unfinished.length ? [`Not whole, and not counted: the seeds ${result.unfinished.join(", ")}.`] : [],
      ),
      notEstablished: notEstablished(result),
    }),
  };
}

function scope({ question, factors }: ScreeningResult): ReportSection {
  const of = (gap: string | undefined) => factors.filter((one) => one.gap[0] === gap).map(({ name }) => name);
  const lines = [
    ...["36", "209"].map((gap) => `* By its date in the gap of issue ${gap}: ${of(gap).join("; ") || "none"}.`),
    `* In neither gap: ${of(undefined).join("; ") || "none"}.`,
  ];
  return { title: "Scope and claim", person: false, body: [question, lines.join("\n")].join("\n\n") };
}

function methodology({ setting, factors, runs, seeds, command, level }: ScreeningResult): ReportSection {
  const { recipe, encoder, steps, batch } = setting;
  const rows = factors.map(({ name, from, to }) => [name, keys(from), keys(to)]);
  return {
    title: "Methodology",
    person: false,
    body: [
      `${encoder}, ${steps} steps of ${batch} sentences by ${recipe}. ${factors.length} factors turned together, ${runs.length} runs: a design of Plackett and Burman for the first of the seeds ${seeds.join(", ")}, its mirror for the next, and so on. A seed is a block.`,
      markdownTable(["factor", "first level", "second level"], rows),
      `${testsOf(setting)} Intervals of ${percent(level)} % over runs and sentences.`,
      `\`\`\`\n${command}\n\`\`\``,
    ].join("\n\n"),
  };
}

const keys = (level: Readonly<Record<string, unknown>>) =>
  Object.entries(level)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
    .join(", ");

function results({ mean, residual, factors, together, runs }: ScreeningResult): ReportSection {
  const rows = factors.map(({ name, difference, ci95, by_seed, p_holm, min_detectable }) => [
    name,
    withInterval(difference, ci95),
    by_seed.map(signed).join(", "),
    p_holm === null ? "unknown" : p_holm.toFixed(3),
    min_detectable === null ? "unknown" : points(min_detectable),
  ]);
  const spread = residual ? `; a run's own standard deviation ${percent(residual.sd)}` : "";
  const every = runs.map(({ levels, seed, id, f1 }) => [levels, String(seed), id, ...Object.values(f1).map(percent)]);
  return {
    title: "Results",
    person: false,
    body: [
      `Mean of all runs: ${percent(mean)} F1${spread}.`,
      markdownTable(["factor", "points of F1 [95 % interval]", "by seed", "p (Holm)", "could have been seen"], rows),
      ...together.map(({ name, difference, ci95 }) => `${name}, the sum: ${withInterval(difference, ci95)}.`),
      "Every run; a + for each factor at its second level:",
      markdownTable(["levels", "seed", "run", ...Object.keys(runs[0].f1).map((one) => `F1 at ${one}`)], every),
    ].join("\n\n"),
  };
}

function notEstablished({ verdict, setting }: ScreeningResult): ReportSection {
  const lines = [
    verdict,
    "What two factors do together beyond the sum of their effects.",
    `Anything about larger encoders or longer training than ${setting.encoder} and ${setting.steps} steps; the cause of either gap.`,
  ];
  return { title: "Not established", person: false, body: lines.map((line) => `* ${line}`).join("\n") };
}
