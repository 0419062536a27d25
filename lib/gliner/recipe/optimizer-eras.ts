/** The table of AdamW's settings that each version of GLiNER trained with. */
import { entryOf, type Since } from "../../era";

/** How a version's trainer set up AdamW, beside the rates that its yaml gives. */
export interface OptimizerSettings {
  /** "bias_and_norm" = no weight decay on biases and LayerNorms, "none" = on every parameter. */
  decay_exclusions: "bias_and_norm" | "none";
  /** Limit of the norm of all gradients together; 0 = no clipping. */
  max_grad_norm: number;
}

/** As transformers' Trainer has it, which GLiNER 0.2.29 uses. */
export const DEFAULT_OPTIMIZER: OptimizerSettings = { decay_exclusions: "bias_and_norm", max_grad_norm: 1 };

interface OptimizerEra extends Since {
  settings: OptimizerSettings;
  note: string;
}

/** Read in the public history of urchade/GLiNER; `npm run -s test:eras` holds them to the releases themselves. */
export const OPTIMIZER_ERAS: readonly OptimizerEra[] = [
  {
    since: "v0",
    settings: { decay_exclusions: "none", max_grad_norm: 0 },
    note: "6dfdb55, train.py: torch.optim.AdamW over token_rep_layer, rnn, span_rep_layer, prompt_rep_layer; its own decay of .01",
  },
  {
    since: "0.1.14",
    settings: { decay_exclusions: "bias_and_norm", max_grad_norm: 0 },
    note: "e3673db, get_params: each of the four parts split by whether it decays",
  },
  {
    since: "0.2.3",
    settings: DEFAULT_OPTIMIZER,
    note: "77f59b3: transformers' Trainer with the encoder's and the others' rates; its max_grad_norm is 1 unless given",
  },
];

/** @throws UserError where the era is no version */
export function optimizerOf(era: string): OptimizerSettings {
  return entryOf(OPTIMIZER_ERAS, era).settings;
}
