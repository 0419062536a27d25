"""What the fixtures of the encoders have in common: one random model, its output and every gradient."""

import json
import os

import torch
from safetensors.torch import save_file


def drawn(model):
    """The model for inference, with parameters that are no fresh model's: none of them is 0 or 1."""
    model.eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return model


def drawn_ids(config, lengths, first, pad):
    """Ids from `first` on, [B, S], with `pad` behind each text, and the mask of the texts, [B, S]."""
    width = max(lengths)
    ids = torch.randint(first, config.vocab_size, (len(lengths), width))
    mask = (torch.arange(width)[None] < torch.tensor(lengths)[:, None]).long()
    return torch.where(mask.bool(), ids, torch.full_like(ids, pad)), mask


def write(model, ids, mask, lengths, path):
    """Parameters, input, output, gradients of sum(output * R); the configuration in the metadata."""
    hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state
    weights = torch.randn_like(hidden) * mask[..., None]
    (hidden * weights).sum().backward()
    tensors = {f"param.{n}": p.detach().clone() for n, p in model.named_parameters()}
    tensors |= {f"grad.{n}": p.grad for n, p in model.named_parameters() if p.grad is not None}
    tensors |= {"ids": ids.int(), "mask": mask.int(), "R": weights, "out": hidden.detach() * mask[..., None]}
    meta = json.dumps({"config": model.config.to_dict(), "lengths": lengths}, default=str)
    save_file({k: v.contiguous() for k, v in tensors.items()}, path, metadata={"meta": meta})


def folder_of(args):
    """OUT_DIR/encoder, made where it is missing; all draws after it come from the seed."""
    torch.manual_seed(args.seed)
    folder = os.path.join(args.out, "encoder")
    os.makedirs(folder, exist_ok=True)
    return folder
