/** Values of the loss's keys with which nothing can be learnt, or that are none. */
import type { Sighting, Sign } from "../../finding";

interface Rule {
  key: string;
  /** Why the value is wrong; undefined = it is not. */
  fault(value: number): string | undefined;
}

const RULES: readonly Rule[] = [
  {
    key: "loss_alpha",
    // 0 has a sign of its own.
    fault: (alpha) =>
      alpha === 1
        ? "everything but mentions weighs nothing in the loss, and the model learns to find all spans"
        : alpha > 1
          ? "everything but mentions weighs less than nothing in the loss, which falls without end as the model finds more"
          : undefined,
  },
  {
    key: "positive_weight",
    fault: (weight) =>
      weight <= 0 ? "mentions weigh nothing in the loss, and the model learns to find none" : undefined,
  },
  {
    key: "label_smoothing",
    fault: (smoothing) =>
      smoothing >= 1 ? "every target is 1/2 or beyond it, so that nothing can be learnt" : undefined,
  },
];

export const lossValues: Sign = ({ configuration }) => {
  if (!configuration) return [];
  const { effective, given, unread, name } = configuration;
  return RULES.flatMap(({ key, fault }): Sighting[] => {
    const value = effective.get(key);
    if (value === undefined) return [];
    const fromFile = given.has(key) && !unread.has(key);
    const evidence = `${key}: ${JSON.stringify(value)} ${fromFile ? `in ${name}` : `by the code of ${configuration.era ?? "its version"}`}.`;
    const told = { id: `loss-value:${key}`, evidence, effect: null, certain: true, spoils: true as const, keys: [key] };
    if (typeof value !== "number")
      return [
        { ...told, what: `${key} is ${JSON.stringify(value)}, which is no number: the loss cannot be computed.` },
      ];
    const why = fault(value);
    return why === undefined ? [] : [{ ...told, what: `${key} is ${value}: ${why}.` }];
  });
};
