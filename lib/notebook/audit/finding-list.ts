/** What an audit found, as a table: the weightiest first, each with its evidence and what it is worth. */
import type { Audit } from "../../audit/audit";
import type { Display } from "../display";
import { table } from "../table";
import { worthWords } from "./words";

/** Shows the findings of an audit, and what is certain of each; of a healthy run it says that there are none. */
export function findingList({ findings, against }: Pick<Audit, "findings" | "against">, title?: string): Display {
  const head = title ?? (against === null ? "Findings" : `Findings, held against ${against}`);
  if (findings.length === 0) return table([{ finding: "Nothing found." }], { title: head });
  const rows = findings.map(({ what, evidence, effect, certain }, i) => ({
    "": i + 1,
    finding: what,
    seen: evidence,
    "worth, points": effect ? worthWords(effect) : "unknown",
    source: effect?.source ?? "nobody has measured it",
    sure: certain ? "certain" : "suspected",
  }));
  return table(rows, { title: head });
}
