/** The reported numbers come from these predictions by another definition than GLiNER's or UniversalNER's. */
import { presetOf } from "../../../evaluate/scoring/presets";
import { measuredPreset, measuredThreshold } from "../../effects/measured";
import type { Sign } from "../../finding";
import { type Definition, distinct } from "../../forensics/definitions";

export const definition: Sign = ({ definitions, tests, era }) => {
  const agreeing = definitions?.filter(({ agrees }) => agrees) ?? [];
  const [best, ...rest] = distinct(agreeing);
  // A sound definition that agrees is all that is needed.
  if (!best || agreeing.some(isCustomary)) return [];
  // The file names this threshold itself, or the version's evaluator: a sign of its own says and counts that.
  const stated =
    (best.threshold !== 0.5 &&
      [...(tests?.sets.values() ?? [])].some(({ threshold }) => threshold === best.threshold)) ||
    (best.preset === "0.1.6" && (era === "0.1.5" || era === "0.1.6"));
  const others = rest.slice(0, 3).map(inWords);
  return [
    {
      id: `definition:${best.preset}${best.first ? `:first-${best.first}` : ""}`,
      what: `The reported numbers are these predictions scored otherwise than by GLiNER's evaluation: ${inWords(best)} (${presetOf(best.preset).about}).`,
      evidence: `every number agrees to a tenth of a point${others.length ? `; so it does by ${others.join(", and by ")}` : ", and by no other definition that was tried"}.`,
      effect: best.first
        ? null
        : best.threshold === 0.5
          ? measuredPreset(best.preset)
          : measuredThreshold(best.threshold),
      certain: rest.length === 0,
      ...(stated ? { aside: true as const } : {}),
      ...(best.first ? { spoils: true as const } : {}),
    },
  ];
};

/** GLiNER's own, with types in either case, or UniversalNER's; whole sets at .5. */
const isCustomary = ({ preset, threshold, first }: Definition) =>
  ["gliner", "paper-2023", "universal-ner"].includes(preset) && threshold === 0.5 && first === null;

export function inWords({ preset, threshold, withoutElse, first }: Definition): string {
  const parts = [`preset ${preset}`, `threshold ${threshold}`];
  if (withoutElse !== null) parts.push(withoutElse ? "without else" : "with else");
  if (first) parts.push(`the first ${first} sentences`);
  return parts.join(", ");
}
