/** Arms from the factors of a plan. */
import { usageError } from "../../errors";
import type { Fields } from "../fields";
import { plainArm } from "./arm";
import type { Plan } from "./plan";

/**
 * Arms from factors, each a recipe's key with its levels, the first level the control's. One at a time: an arm changes one factor.
 * Full: every combination is an arm.
 */
export function factorArms(fields: Fields, design: "one-at-a-time" | "full"): Pick<Plan, "control" | "arms"> {
  const factors = Object.entries(fields.mapping("factors").all()).map(([key, levels]) => {
    if (!Array.isArray(levels) || levels.length < 2)
      throw usageError(
        `${fields.where}: the factor "${key}" is ${JSON.stringify(levels)}, wanted a list of two levels or more.`,
      );
    const words = levels.map((level) => JSON.stringify(level));
    const twice = words.find((word, i) => words.indexOf(word) !== i);
    if (twice !== undefined) throw usageError(`${fields.where}: the factor "${key}" has the level ${twice} twice.`);
    return { key, levels: levels as unknown[] };
  });
  if (factors.length === 0)
    throw usageError(`${fields.where}: "factors" is empty, wanted a key of a recipe with two levels or more.`);
  const first = Object.fromEntries(factors.map(({ key, levels }) => [key, levels[0]]));
  const settings =
    design === "full"
      ? combinations(factors)
      : factors.flatMap(({ key, levels }) => levels.slice(1).map((level) => ({ ...first, [key]: level })));
  const [control, ...arms] = [first, ...settings.filter((one) => JSON.stringify(one) !== JSON.stringify(first))];
  const named = (setting: Record<string, unknown>) =>
    plainArm(factors.map(({ key }) => `${key}=${setting[key]}`).join(", "), setting);
  return { control: named(control), arms: arms.map(named) };
}

function combinations(factors: readonly { key: string; levels: readonly unknown[] }[]): Record<string, unknown>[] {
  return factors.reduce<Record<string, unknown>[]>(
    (sofar, { key, levels }) => sofar.flatMap((one) => levels.map((level) => ({ ...one, [key]: level }))),
    [{}],
  );
}
