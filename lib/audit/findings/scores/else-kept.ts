/** CrossNER's type misc, asked for as else: kept by GLiNER's evaluation, left out by UniversalNER's. */

import { reversed } from "../../effects/effect";
import { measuredPreset } from "../../effects/measured";
import type { SetFacts } from "../../evidence";
import type { Sign } from "../../finding";
import { isElse, knownSet } from "../../inputs/benchmark";

export const elseKept: Sign = ({ tests }) => {
  const kept = [...(tests?.sets ?? [])].flatMap(([name, facts]) => {
    const why = keepsElse(name, facts);
    return why ? [{ name, why }] : [];
  });
  if (!tests || kept.length === 0) return [];
  const effect = measuredPreset("universal-ner");
  return [
    {
      id: "else-kept",
      what: "The type else (CrossNER's misc) is asked for and counted: comparable with GLiNER's own evaluation, not with numbers by UniversalNER's definition, which leaves it out.",
      evidence: `${kept.map(({ name, why }) => `${name}: ${why}`).join("; ")}.`,
      effect: effect && reversed(effect),
      certain: true,
      // The paper's own numbers keep it too.
      aside: true,
      suspect: "else-type",
    },
  ];
};

function keepsElse(name: string, { types, typeCount, mentions }: SetFacts): string | undefined {
  const known = knownSet(name);
  const type = types?.find(isElse);
  if (type !== undefined) return `"${type}" among its types`;
  if (!known?.types.some(isElse) || types) return undefined;
  if (typeCount === known.types.length) return `${typeCount} types, ${known.types.length - 1} without it`;
  return mentions === known.mentions ? `${mentions} mentions, ${known.mentionsWithoutElse} without it` : undefined;
}
