/**
 * The mean of several models' weights, as a folder:
 *
 *   node dist/test/average-models.js --model runs/seed-0/last --model runs/seed-1/last --out runs/seed-0/mean
 *   node dist/test/average-models.js --model data/checkpoint --share 0.2 --model runs/seed-0/last --share 0.8 --out runs/seed-0/mean-0.8
 *
 * Models that began at the same weights lie in one basin: their mean is often better than each of them (Wortsman et al. 2022, "Model
 * soups"), and the mean with the model that they began at keeps more of what that one knew ("Robust fine-tuning of zero-shot models"). Whether
 * to take it is for development texts to say. `mean.json` in the folder says of what it is the mean.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { useBackend } from "../lib/backend";
import { writeAtomically } from "../lib/files/atomic";
import { GLiNER } from "../lib/gliner/gliner";
import { meanPart } from "./run-models";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      model: { type: "string", multiple: true, default: [] },
      share: { type: "string", multiple: true, default: [] },
      out: { type: "string" },
    },
  });
  const { model: folders, out } = values;
  const shares = values.share.length ? values.share.map(Number) : folders.map(() => 1 / folders.length);
  const sum = shares.reduce((all, share) => all + share, 0);
  if (!out || folders.length < 2 || shares.length !== folders.length || !(Math.abs(sum - 1) < 1e-6))
    throw new Error("wanted two or more --model DIR, a --share for each or for none, together 1, and --out DIR");
  await useBackend();
  const [first, ...rest] = await Promise.all(folders.map((folder) => GLiNER.fromPretrained(folder)));
  const { parameters } = first.model;
  for (const [i, other] of rest.entries())
    if (other.model.parameters.names().join() !== parameters.names().join())
      throw new Error(`${folders[0]} and ${folders[i + 1]} have other parameters`);
  for (const [name, variable] of parameters.entries()) {
    const values = [variable, ...rest.map(({ model }) => model.parameters.get(name))];
    const data = await Promise.all(values.map((one) => one.data<"float32">()));
    const mean = data[0].map((_, at) => shares.reduce((all, share, i) => all + share * data[i][at], 0));
    parameters.set(name, mean, variable.shape);
  }
  await first.savePretrained(out);
  const parts = folders.map((folder, i) => ({ ...meanPart(folder), share: shares[i] }));
  writeAtomically(join(out, "mean.json"), `${JSON.stringify(parts, null, 1)}\n`);
}

void main();
