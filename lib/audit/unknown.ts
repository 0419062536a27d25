/** What an audit cannot tell from what it was given; said, so that silence is not taken for health. */

import { isRead, keyOf } from "./configuration/keys";
import type { Evidence } from "./evidence";

export function unknowns(evidence: Evidence): string[] {
  return [...ofConfiguration(evidence), ...ofScores(evidence), ...ofCurve(evidence), ...ofTheGaps(evidence)];
}

function ofConfiguration({ configuration, era, model, tests, run }: Evidence): string[] {
  if (!configuration) return tests ? ["The training: no configuration, weights or curve was given."] : [];
  const python = configuration.kind === "Python yaml" || configuration.kind === "gliner_config.json";
  const doubtful = [...configuration.given.keys()].filter((key) => {
    const known = keyOf(key);
    return (
      known &&
      !known.aside &&
      known.read.length > 0 &&
      !["v0", "0.1.4", "0.2.13", "0.2.29"].every((at) => isRead(known, at))
    );
  });
  return [
    ...(python && era === null && doubtful.length
      ? [`Which keys are read: it depends on the version of GLiNER (${doubtful.join(", ")}); give it by --era.`]
      : []),
    ...(!model && !run ? ["Whether every part was loaded and trained: no weights were given."] : []),
  ];
}

function ofScores({ tests, predictions, definitions }: Evidence): string[] {
  if (!tests) return [];
  const sets = [...tests.sets.values()];
  const lacks = (known: (facts: (typeof sets)[number]) => boolean) => sets.some((facts) => !known(facts));
  return [
    ...(lacks(({ types, typeCount, mentions }) => types !== null || typeCount !== null || mentions !== null)
      ? ["Whether else was asked for, and in which words the types: the scores come without their types."]
      : []),
    ...(lacks(({ texts, mentions }) => texts !== null || mentions !== null)
      ? [
          "Whether it is the whole of each test, and the benchmark's own: the scores come without counts of sentences and mentions.",
        ]
      : []),
    ...(predictions.size > 0 && !definitions
      ? [
          "Which definition gave the numbers: it takes the predictions, a table of the reported scores, and the test's records (an input, or a test that is on this machine).",
        ]
      : []),
    ...(lacks(({ threshold }) => threshold !== null) ? ["The threshold of the scores."] : []),
    "Which checkpoint it is, and what it was chosen by, unless a run folder says so; what another seed would give: one run has no spread.",
  ];
}

function ofCurve({ curve, configuration }: Evidence): string[] {
  const norms =
    curve?.points.flatMap(({ gradientNorm }) => (typeof gradientNorm === "number" ? [gradientNorm] : [])) ?? [];
  if (norms.length === 0 || configuration) return [];
  return [
    `Whether every step was clipped: gradient norms are ${Math.min(...norms).toFixed(1)} to ${Math.max(...norms).toFixed(1)}, the limit stands in the yaml (max_grad_norm), which was not given.`,
  ];
}

/** Two reports, eight months apart, on different code: a finding here is never said to be the cause of either. */
function ofTheGaps({ against, tests }: Evidence): string[] {
  if (!against?.average && !tests) return [];
  return [
    "The cause of a gap: nobody has isolated that of issue 36 (March 2024) or that of issue 209 (November 2024) in public; they are two gaps, and findings are differences, not causes.",
  ];
}
