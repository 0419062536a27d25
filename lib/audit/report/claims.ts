/** The ledger of the paper's claims: data/claims.yaml with a verdict from each study that tests one. */
import { dataPath } from "../../data/project";
import { UserError } from "../../errors";
import { readYaml } from "../../files/yaml";
import { Fields } from "../../study/fields";
import type { SuspectResult } from "../../study/results/result";
import { suspectResults } from "../../study/results/stored";
import { signed } from "../../study/results/verdict";
import { readSuspect } from "../../study/suspects/suspect";

/** One claim, and what tests it here. */
export interface Claim {
  id: string;
  claim: string;
  /** In the paper. */
  where: string;
  /** The arm of a suspect, and which way it goes by the claim; null = nothing here tests it. */
  by: { suspect: string; arm: string; goes: "higher" | "lower" } | null;
  why: string | null;
}

export const VERDICTS = ["supported", "contradicted", "not decided", "not measured", "not tested here"] as const;

/** A claim with its verdict. */
export interface JudgedClaim extends Claim {
  verdict: (typeof VERDICTS)[number];
  /** What the verdict rests on, in one sentence. */
  evidence: string;
}

/** @throws UserError where the file is unsound, or names an arm that its suspect does not have */
export function readClaims(path = dataPath("claims.yaml")): Claim[] {
  const raw = readYaml(path, "a list of claims");
  if (!Array.isArray(raw)) throw new UserError(`${path} is no list; wanted claims, each with id, claim, where and by.`);
  return raw.map((entry, i) => readClaim(new Fields(entry, `${path}, claim ${i + 1}`)));
}

function readClaim(fields: Fields): Claim {
  const claim: Claim = {
    id: fields.text("id"),
    claim: fields.text("claim"),
    where: fields.text("where"),
    by: fields.any("by") === null ? null : readTest(fields.mapping("by")),
    why: fields.optionalText("why"),
  };
  fields.done();
  if ((claim.by === null) === (claim.why === null))
    throw new UserError(`${fields.where}: wanted either "by", the arm that tests it, or "why" nothing does.`);
  return claim;
}

function readTest(fields: Fields): NonNullable<Claim["by"]> {
  const test = {
    suspect: fields.text("suspect"),
    arm: fields.text("arm"),
    goes: fields.choice("goes", ["higher", "lower"] as const),
  };
  fields.done();
  const arms = readSuspect(test.suspect).arms.map(({ value }) => value);
  if (!arms.includes(test.arm))
    throw new UserError(`${fields.where}: ${test.suspect} has no arm "${test.arm}"; wanted one of ${arms.join(", ")}.`);
  return test;
}

/** Each claim with the verdict that the stored results allow. */
export function judgeClaims(
  claims: readonly Claim[],
  results: readonly SuspectResult[] = suspectResults(),
): JudgedClaim[] {
  return claims.map((claim) => ({ ...claim, ...judged(claim, results) }));
}

function judged({ by, why }: Claim, results: readonly SuspectResult[]): Pick<JudgedClaim, "verdict" | "evidence"> {
  if (!by) return { verdict: "not tested here", evidence: why ?? "" };
  const result = results.find(({ suspect }) => suspect === by.suspect);
  const arm = result?.arms.find(({ value }) => value === by.arm);
  if (!result || !arm || arm.difference === null) {
    const { notRunnable } = readSuspect(by.suspect).arms.find(({ value }) => value === by.arm) ?? { notRunnable: null };
    return {
      verdict: "not measured",
      evidence: notRunnable ?? `\`npm run -s study -- ${by.suspect} --out DIR --record\` measures it`,
    };
  }
  const { encoder, steps } = result.setting;
  const seen = `${signed(arm.difference)} points${arm.ci95 ? ` [${arm.ci95.map(signed).join(", ")}]` : ""}, ${arm.runs.length} seeds, ${encoder}, ${steps} steps (data/results/suspects/${by.suspect}.json)`;
  if (!arm.ci95 || (arm.ci95[0] <= 0 && arm.ci95[1] >= 0)) return { verdict: "not decided", evidence: seen };
  const agrees = arm.difference > 0 === (by.goes === "higher");
  return {
    verdict: agrees ? "supported" : "contradicted",
    evidence: `${seen}; the direction, on this encoder, and no size`,
  };
}
