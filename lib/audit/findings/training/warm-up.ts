/** A rate that never rises although the configuration asks for it. */
import type { Sign } from "../../finding";

export const warmUp: Sign = ({ curve, configuration }) => {
  const wanted =
    Number(configuration?.effective.get("warmup_ratio") ?? 0) || Number(configuration?.given.get("warmup_steps") ?? 0);
  const steps = Number(configuration?.effective.get("num_steps") ?? 0);
  const rates =
    curve?.points.flatMap(({ step, learningRate }) =>
      typeof learningRate === "number" ? [{ step, learningRate }] : [],
    ) ?? [];
  const end = wanted < 1 ? wanted * steps : wanted;
  // Only a rate that was logged inside of the warm-up can show that there was none.
  if (!curve || end <= 0 || rates.length < 3 || rates[0].step >= end / 2) return [];
  if (rates.some(({ learningRate }, i) => i > 0 && learningRate > rates[i - 1].learningRate)) return [];
  return [
    {
      id: "no-warm-up",
      what: "The learning rate never rises, though the configuration asks for a warm-up.",
      evidence: `${rates[0].learningRate} at step ${rates[0].step} and falling in ${curve.path}; a warm-up of ${end.toFixed(0)} steps in ${configuration?.name}.`,
      effect: null,
      certain: true,
      suspect: "warm-up",
    },
  ];
};
