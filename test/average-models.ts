/**
 * The mean of two models' weights, a share of the one and the rest of the other, as a folder:
 *
 *   node dist/test/average-models.js --from data/checkpoint --to runs/more-types/last --share 0.8 --out runs/more-types/mean-0.8
 *
 * Where the second went on from the first, the mean often keeps what the first knew and has most of what the second learnt
 * (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models"). The share is chosen on development texts.
 */
import { parseArgs } from "node:util";
import { useBackend } from "../lib/backend";
import { GLiNER } from "../lib/gliner/gliner";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      from: { type: "string" },
      to: { type: "string" },
      share: { type: "string" },
      out: { type: "string" },
    },
  });
  const { from, to, out } = values;
  const share = Number(values.share);
  if (!from || !to || !out || !(share >= 0 && share <= 1))
    throw new Error("wanted --from DIR --to DIR --share 0..1 --out DIR");
  await useBackend();
  const first = await GLiNER.fromPretrained(from);
  const second = await GLiNER.fromPretrained(to);
  const { parameters } = second.model;
  if (parameters.names().join() !== first.model.parameters.names().join())
    throw new Error(`${from} and ${to} have other parameters`);
  for (const [name, variable] of parameters.entries()) {
    const old = await first.model.parameters.get(name).data<"float32">();
    const mean = (await variable.data<"float32">()).map((value, i) => share * value + (1 - share) * old[i]);
    parameters.set(name, mean, variable.shape);
  }
  await second.savePretrained(out);
}

void main();
