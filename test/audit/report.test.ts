/** The reproduction report: filled from what is on file, a person's words kept, claims judged by studies. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { judgeClaims, readClaims } from "../../lib/audit/report/claims";
import { pageMarkdown } from "../../lib/audit/report/logbook";
import { studyReport } from "../../lib/audit/report/of-study";
import { reportMarkdown, writtenIn } from "../../lib/audit/report/report";
import { readManifest } from "../../lib/provenance/manifest";
import type { StoredArm, SuspectResult } from "../../lib/study";
import { verb } from "../cli/verb";
import { ROOT } from "../tiny";

const folder = mkdtempSync(join(tmpdir(), "report-"));
after(() => rmSync(folder, { recursive: true }));

const arm = (value: string, difference: number | null, ci95: StoredArm["ci95"]): StoredArm => ({
  value,
  runs: [{ seed: 0, id: "a", f1: { ".5": 0.2 }, sets: { one: 0.2 } }],
  difference,
  ci95,
  p_better: 0.1,
  paired: true,
  threshold: 0.5,
  min_detectable: 0.02,
  verdict: `${value}: said`,
});

/** A result as `study` stores it, of the arms that the paper speaks of. */
const result = (suspect: string, arms: StoredArm[]): SuspectResult => ({
  suspect,
  question: "How many negatives?",
  gap: [],
  setting: {
    recipe: "data/recipes/laboratory.yaml",
    encoder: "MiniLM",
    steps: 1500,
    batch: 8,
    sentences: 6470,
    sets: ["zero-shot:crossner_ai"],
    drop: ["else"],
    limit: null,
  },
  command: `npm run -s study -- ${suspect} --seeds 5 --out runs/${suspect}`,
  level: 0.95,
  manifest: {
    commits: ["abc"],
    dirty: true,
    backends: ["tf"],
    processors: ["cpu"],
    data: { train_data: "0".repeat(64) },
    tests_sha256: ["1"],
    adopted: 0,
  },
  control: {
    value: "ratio 1",
    runs: [{ seed: 0, id: "c", f1: { ".5": 0.25 }, sets: { one: 0.25 } }],
    mean: 0.25,
    sd: 0.01,
  },
  arms,
  not_run: [{ value: "deberta", why: "its weights are not here" }],
  min_detectable: 0.02,
  seeds_needed: { "1": 12, "2": 4, "5": null },
  expected: "-7.6 points at ratio 0.",
  published: null,
  verdict: "It holds for MiniLM.",
});

test("claims are judged by the direction and the interval of the arm that tests them, and never beyond", () => {
  const claims = readClaims();
  const verdictOf = (id: string, stored: SuspectResult[]) =>
    judgeClaims(claims, stored).find((one) => one.id === id)?.verdict;
  const ratio = (difference: number | null, ci95: StoredArm["ci95"]) => [
    result("negative-ratio", [arm("ratio 0", difference, ci95)]),
  ];
  assert.equal(verdictOf("no-negatives", ratio(-0.05, [-0.08, -0.02])), "supported");
  assert.equal(verdictOf("no-negatives", ratio(0.05, [0.02, 0.08])), "contradicted");
  assert.equal(verdictOf("no-negatives", ratio(-0.05, [-0.12, 0.02])), "not decided");
  assert.equal(verdictOf("no-negatives", ratio(-0.05, null)), "not decided");
  assert.equal(verdictOf("no-negatives", ratio(null, null)), "not measured");
  assert.equal(verdictOf("no-negatives", []), "not measured");
  assert.equal(verdictOf("zero-shot-average", ratio(-0.05, [-0.08, -0.02])), "not tested here");
  const [seen] = judgeClaims(claims, ratio(-0.05, [-0.08, -0.02])).filter(({ id }) => id === "no-negatives");
  assert.match(seen.evidence, /-5.0 points \[-8.0, -2.0\], 1 seeds, MiniLM, 1500 steps .* no size$/);
});

test("a ledger of another form is refused in one sentence", () => {
  for (const [text, sentence] of [
    ["a: 1\n", /is no list/],
    ["- {id: a, claim: b, where: c, by: null}\n", /wanted either "by".*or "why"/],
    ["- {id: a, claim: b, where: c, by: {suspect: negative-ratio, arm: none, goes: lower}}\n", /has no arm "none"/],
    ["- {id: a, claim: b, where: c, by: {suspect: negative-ratio, arm: ratio 0, goes: up}}\n", /"goes" is "up"/],
  ] as const) {
    const path = join(folder, "claims.yaml");
    writeFileSync(path, text);
    assert.throws(() => readClaims(path), sentence);
  }
});

test("the report on a study says what was asked, found, left out and not established", () => {
  const text = reportMarkdown(studyReport(result("negative-ratio", [arm("ratio 0", -0.05, [-0.08, -0.02])])));
  for (const part of [
    "## Scope and claim",
    "The paper (Table 5): Without negative types the average falls from 60.9 to 53.3.",
    "| ratio 0 | -5.0 [-8.0, -2.0] | 1 | 0.10 |",
    "Not run: deberta, its weights are not here.",
    "1 points: 12 seeds of each; 2 points: 4 seeds of each; 5 points: not known",
    "> **To be written by a person.** What could be taken from the paper",
    "npm run -s study -- negative-ratio --seeds 5",
  ])
    assert.ok(text.includes(part), part);
});

test("of a plan: p among its arms, what is left of a whole, and runs that failed", () => {
  const left = {
    name: "rest",
    whole: "all",
    parts: ["a", "b"],
    seeds: [0, 1],
    of_whole: 0.05,
    of_parts: 0.03,
    left: 0.02,
  };
  const text = reportMarkdown(
    studyReport({
      ...result("mine", [{ ...arm("all", 0.05, [0.01, 0.09]), p_holm: 0.021 }]),
      level: 0.98,
      together: [{ ...left, ci95: [-0.01, 0.05], verdict: "rest: said" }],
      failed: [{ arm: "b", seed: 2, id: "f", why: "no memory" }],
    }),
  );
  for (const part of [
    "| arm | points of F1 against the control [98.0 % interval] | seeds | P(better) | p, by Holm |",
    "| all | +5.0 [+1.0, +9.0] | 1 | 0.10 | 0.021 |",
    "| rest | +2.0 [-1.0, +5.0] | +5.0 | +3.0 | 2 |",
    "* b, seed 2: its run failed every time (no memory); the arm is compared over its other seeds.",
  ])
    assert.ok(text.includes(part), part);
});

test("the verb writes Markdown, a page and a logbook; what a person wrote is kept", () => {
  const out = join(folder, "out");
  const checkpoint = join(ROOT, "data", "checkpoint");
  const first = verb("report", [checkpoint, "--out", out]);
  assert.equal(first.code, 0, first.err);
  assert.match(first.out, /to be written by a person.*What was easy, What was difficult/);
  const path = join(out, "report.md");
  const text = readFileSync(path, "utf8");
  const { name, records, mentions, types } = readManifest(join(checkpoint, "manifest.json")).data.train_data;
  assert.ok(text.includes(`| train_data | ${name} | ${records} | ${mentions} | ${types} |`), text);
  assert.match(text, /No scores are on file/);
  const mine = "The words were split as in the paper.\n\nNothing else was.";
  writeFileSync(path, text.replace(/(## What was easy\n\n).*\n/, `$1${mine}\n`));
  const scores = join(folder, "scores.json");
  const row = { name: "crossner_ai", f1: 0.4, ci95: [0.37, 0.43], support: 1400, types: 13 };
  writeFileSync(scores, JSON.stringify({ model: "m", datasets: [row], average: { f1: 0.4, ci95: [0.37, 0.43] } }));
  const again = verb("report", [checkpoint, "--out", out, "--scores", scores]);
  assert.equal(again.code, 0, again.err);
  assert.ok(!/person.*What was easy/.test(again.out));
  const kept = readFileSync(path, "utf8");
  assert.ok(kept.includes(mine));
  assert.match(kept, /\| crossner_ai \| 40.0 \| 37.0 to 43.0 \| 1400 \| 13 \|/);
  const html = readFileSync(join(out, "report.html"), "utf8");
  assert.match(html, /<h2[^>]*>What was easy<\/h2>\n<p>The words were split/);
  assert.ok(existsSync(join(out, ".trackio", "logbook", "pages", "index.md")));
});

test("cells are as Trackio's reader takes them apart", () => {
  const page = pageMarkdown(
    {
      title: "T",
      cells: [
        { title: "A", body: "one\n\n---\n\ntwo" },
        { title: "B", body: "three" },
      ],
    },
    "2026-01-01",
  );
  // The expression of trackio.logbook.CELL_RE, 0.43.
  const cell = /(^|\n)---\n<!-- trackio-cell\n([\s\S]*?)\n-->\n([\s\S]*?)(?=\n---\n<!-- trackio-cell\n|\s*$)/g;
  const found = [...page.matchAll(cell)].map(([, , meta, body]) => [JSON.parse(meta).title, body.trim()]);
  assert.deepEqual(found, [
    ["A", "one\n\n---\n\ntwo"],
    ["B", "three"],
  ]);
});

test("a section of a person that is empty, or as it was made, is not taken for written", () => {
  const report = studyReport(result("negative-ratio", []));
  const text = reportMarkdown(report);
  assert.equal(writtenIn(text, report).size, 0);
  assert.equal(writtenIn(text.replace(/> \*\*To be.*\n/g, "\n"), report).size, 0);
});

test("a person's words are kept below the question, and with headings and code of their own", () => {
  const report = studyReport(result("negative-ratio", []));
  const question = (title: string) => report.sections.find((one) => one.title === title)?.body;
  const own = "First.\n\n## My own heading\n\nSecond.\n\n```\n## in code\n```";
  const text = reportMarkdown(report)
    .replace(`${question("What was easy")}`, `${question("What was easy")}\n\nBelow the question.`)
    .replace(`> **To be written by a person.** ${question("What was difficult")}`, own);
  const written = writtenIn(text.replaceAll("\n", "\r\n"), report);
  assert.deepEqual(
    [...written],
    [
      ["What was easy", "Below the question."],
      ["What was difficult", own],
    ],
  );
  assert.deepEqual([...writtenIn(reportMarkdown(report, written), report)], [...written]);
});

test("a place that cannot be written, scores of no run, and files of another form are one sentence", () => {
  const checkpoint = join(ROOT, "data", "checkpoint");
  const file = (name: string, value: unknown) => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(value));
    return path;
  };
  const row = { name: "a", f1: 0.4, support: 1, types: 1 };
  const lacking = file("lacking.json", { datasets: [row], average: { f1: 0.4, ci95: [0, 1] } });
  const noAverage = file("average.json", { datasets: [], average: { f1: 0.4 } });
  const screening = file("screening.json", { screening: "x", factors: [], setting: {} });
  const folderInPlace = join(folder, "taken");
  mkdirSync(join(folderInPlace, "report.md"), { recursive: true });
  const out = join(folder, "refused");
  for (const [words, code, sentence] of [
    [[checkpoint, "--out", lacking], 1, /cannot make the folder of --out .*lacking\.json is a file/],
    [[checkpoint, "--out", folderInPlace], 1, /report\.md: it is a folder/],
    [[checkpoint, "--out", out, "--scores", lacking], 1, /lacking\.json: data set 1 lacks name, f1, ci95/],
    [[checkpoint, "--out", out, "--scores", noAverage], 1, /average\.json: the average lacks/],
    [[screening, "--out", out], 1, /screening\.json is no result of a study/],
    [["lstm", "--out", out, "--scores", lacking], 2, /lstm is no run folder; wanted a run/],
  ] as const) {
    const ended = verb("report", [...words]);
    assert.equal(ended.code, code, ended.err);
    assert.match(ended.err, /^report: [^\n]+\.\n$/);
    assert.match(ended.err, sentence);
  }
  assert.ok(!existsSync(out));
});

test("no run, no study, no input", () => {
  const empty = join(folder, "empty.json");
  writeFileSync(empty, "{}");
  const bare = join(folder, "bare");
  mkdirSync(bare);
  for (const [words, code, sentence] of [
    [[], 2, /got 0 inputs/],
    [["nothing-there", "--out", "x"], 2, /is no file, no folder and no suspect or screening with a result/],
    [[bare, "--out", "x"], 1, /has no manifest.json, result.json or screening.json/],
    [[empty, "--out", "x"], 1, /no result of a study/],
    [[join(ROOT, "data", "checkpoint")], 2, /--out is missing/],
  ] as const) {
    const ended = verb("report", [...words]);
    assert.equal(ended.code, code, ended.err);
    assert.match(ended.err, /^report: [^\n]+\.\n$/);
    assert.match(ended.err, sentence);
  }
});
