/** How familiar a model's training makes it with the types of the sets that it was scored on. */
import { useBackend } from "../backend";
import { familiarity, type TypeCounts } from "../evaluate/familiarity/familiarity";
import { typeVectors } from "../evaluate/familiarity/type-vectors";
import { cachedEncoder } from "../weights/encoders";
import type { Difficulty, TestFacts } from "./evidence";
import { isElse, knownSet } from "./inputs/benchmark";

/** Types of a set are those that it names, else the benchmark's. @returns null where no set's types are known */
export async function difficultyOf(trained: TypeCounts, { sets }: TestFacts): Promise<Difficulty[] | null> {
  const asked = [...sets].flatMap(([set, facts]) => {
    const types = (facts.types ?? knownSet(set)?.types ?? []).filter((type) => !isElse(type));
    return types.length ? [{ set, types }] : [];
  });
  if (asked.length === 0) return null;
  const vectors = await vectorsOf([...Object.keys(trained), ...asked.flatMap(({ types }) => types)]);
  return asked.map(({ set, types }) => {
    const seen = types.filter((type) => Object.hasOwn(trained, type)).length / types.length;
    return { set, familiarity: vectors ? familiarity(trained, types, vectors).value : null, seen };
  });
}

/** undefined where no encoder is on this machine: an audit downloads nothing. */
async function vectorsOf(names: readonly string[]): Promise<Map<string, Float32Array> | undefined> {
  const encoder = cachedEncoder();
  if (!encoder) return undefined;
  await useBackend();
  return typeVectors(names, encoder);
}
