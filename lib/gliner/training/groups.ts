/** Sorts the parameters into the optimizer's groups: learning rate, weight decay, frozen or trained. */
import { UserError } from "../../errors";
import { parametersOf } from "../../model/modules";
import type { ParameterGroup } from "../../train/optimizer";
import type { TrainingConfig } from "../recipe/training-config";

type GroupSettings = Pick<
  TrainingConfig,
  "lr_encoder" | "lr_others" | "weight_decay_encoder" | "weight_decay_other" | "decay_exclusions" | "freeze_components"
>;

/**
 * Parameters by rate and decay: the encoder, with its projection, apart from the rest, each whole (two groups) or, since
 * 0.1.14, without decay on biases and norms (four groups). v0's four groups, one a part, are the same two: its three parts
 * besides the encoder have one rate.
 * @throws UserError where a frozen component does not exist, or nothing is left to train
 * @see gliner/training/trainer.py, Trainer.create_optimizer (0.2.29); get_params (0.1.14)
 */
export function parameterGroups(names: readonly string[], config: GroupSettings): ParameterGroup[] {
  const frozen = parametersOf(config.freeze_components, names, "freeze_components");
  // Nothing after the encoder reads the pooler: it has no gradient.
  const trained = names.filter((name) => !name.includes(".pooler.") && !frozen.has(name));
  if (trained.length === 0) throw new UserError("freeze_components leaves nothing to train.");
  const decays = (name: string) => config.decay_exclusions === "none" || !isBiasOrNorm(name);
  const groups = [true, false].flatMap((encoder) =>
    [false, true].map((decayed) => ({
      names: trained.filter((name) => isEncoder(name) === encoder && decays(name) === decayed),
      learningRate: encoder ? config.lr_encoder : config.lr_others,
      weightDecay: !decayed ? 0 : encoder ? config.weight_decay_encoder : config.weight_decay_other,
    })),
  );
  return groups.filter((group) => group.names.length > 0);
}

const isEncoder = (name: string) => name.startsWith("token_rep_layer.");
const isBiasOrNorm = (name: string) => name.includes("bias") || name.includes("LayerNorm");
