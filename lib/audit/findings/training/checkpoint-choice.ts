/** A checkpoint that was chosen on the test sets. */
import { ON_THE_TEST_SET } from "../../../gliner/training/evaluation";
import { measuredArm } from "../../effects/measured";
import { publishedChoice } from "../../effects/published";
import type { Evidence } from "../../evidence";
import type { Sign } from "../../finding";
import { setOf } from "../../inputs/benchmark";

export const checkpointChoice: Sign = (evidence) => {
  const seen = fromRun(evidence) ?? fromState(evidence);
  if (!seen) return [];
  return [
    {
      id: "checkpoint-chosen-on-test",
      what: "The checkpoint was chosen by its score on the test sets: its number is too high by what that choice gains.",
      evidence: seen,
      effect: measuredArm("checkpoint-choice") ?? publishedChoice(),
      certain: true,
      keys: ["metric_for_best_model", "benchmark"],
      suspect: "checkpoint-choice",
    },
  ];
};

const fromRun = ({ run }: Evidence) =>
  run?.selection.includes(ON_THE_TEST_SET) ? `the manifest says: "${run.selection}".` : undefined;

/** transformers: metric_for_best_model names a test, as in "eval_crossner_ai_f1". */
function fromState({ curve }: Evidence): string | undefined {
  const by = curve?.chosenBy;
  if (!curve || !by) return undefined;
  const set = setOf(by.replace(/^eval_/, "").replace(/_(f1|precision|recall)$/, ""));
  return set || /test|zero.?shot|benchmark/i.test(by)
    ? `the best checkpoint of ${curve.path} is chosen by ${by}.`
    : undefined;
}
