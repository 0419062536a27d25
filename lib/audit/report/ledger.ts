/** The ledger of claims as Markdown. */
import type { JudgedClaim } from "./claims";
import { markdownTable } from "./report";

export function ledgerMarkdown(claims: readonly JudgedClaim[]): string {
  const rows = claims.map(({ claim, where, verdict, evidence }) => [claim, where, verdict, evidence]);
  return [
    "Claims of the paper (arXiv 2311.08526), each with what this project's studies allow one to say of it.",
    markdownTable(["claim", "where", "verdict here", "by what"], rows),
  ].join("\n\n");
}
