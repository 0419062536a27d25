/** A set whose types were trained: its score is no zero-shot score. */
import { reversed } from "../../effects/effect";
import { measuredArm } from "../../effects/measured";
import type { Sign } from "../../finding";

/** A model trained on Pile-NER has seen about half of a test's types by name, and up to three quarters: that is the benchmark. */
const NEARLY_ALL = 0.9;

export const trainedTypes: Sign = ({ difficulty }) => {
  const known = difficulty?.filter(({ familiarity, seen }) => seen >= NEARLY_ALL || (familiarity ?? 0) >= 0.95) ?? [];
  if (known.length === 0) return [];
  const shown = known.map(
    ({ set, familiarity, seen }) =>
      `${set}: ${(100 * seen).toFixed(0)} % of its types trained by name${familiarity === null ? "" : `, Familiarity ${familiarity.toFixed(2)}`}`,
  );
  // The laboratory takes familiar sources away.
  const without = measuredArm("familiarity");
  return [
    {
      id: "trained-types",
      what: "The model was trained on the types of the test: its score is higher than one of types that it never saw.",
      evidence: `${shown.join("; ")}.`,
      effect: without && reversed(without),
      certain: true,
      suspect: "familiarity",
    },
  ];
};
