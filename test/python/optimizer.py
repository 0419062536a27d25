"""AdamW, clipping and schedules of torch and transformers, on stored gradients.

    python optimizer.py OUT_DIR [--seed 1]

Writes OUT_DIR/optimizer/adamw.safetensors: start weights, the gradients of 100 steps (a missing one is marked in `present`),
and for each case of its metadata the weights after steps 1, 10 and 100; and OUT_DIR/optimizer/schedules.json: the factors of
transformers' schedules. Needs torch, transformers and safetensors.
"""

import argparse
import json
import os

import torch
from safetensors.torch import save_file
from torch import nn
from transformers import get_scheduler

STEPS = 100
SHAPES = {"encoder.weight": [4, 3], "encoder.LayerNorm.weight": [4], "head.weight": [2, 4], "head.bias": [5]}
KEPT = [1, 10, 100]

# lr and decay of each parameter, the limit of the norm (None = no clipping), the schedule.
CASES = {
    "one_group": {"lr": 1e-3, "decay": 0.01, "clip": None, "schedule": None},
    "no_decay": {"lr": 1e-2, "decay": 0.0, "clip": None, "schedule": None},
    "four_groups": {"clip": 1.0, "schedule": "cosine", "groups": {
        "encoder.weight": [1e-3, 0.1], "encoder.LayerNorm.weight": [1e-3, 0.0], "head.weight": [5e-3, 0.01], "head.bias": [5e-3, 0.0]}},
}


def gradients(generator):
    """Of very different sizes, with zeros, and with steps at which a parameter has none."""
    values = {name: torch.zeros([STEPS, *shape]) for name, shape in SHAPES.items()}
    present = torch.ones([STEPS, len(SHAPES)], dtype=torch.int32)
    for step in range(STEPS):
        for i, (name, shape) in enumerate(SHAPES.items()):
            scale = 10.0 ** torch.randint(-6, 3, [1], generator=generator).item()
            values[name][step] = scale * torch.randn(shape, generator=generator)
            if torch.rand([1], generator=generator).item() < 0.1:
                values[name][step] = 0
            if name == "head.bias" and step % 7 == 3:
                present[step, i] = 0
    return values, present


def run(case, start, values, present):
    parameters = {name: nn.Parameter(tensor.clone()) for name, tensor in start.items()}
    groups = case.get("groups") or {name: [case["lr"], case["decay"]] for name in SHAPES}
    optimizer = torch.optim.AdamW(
        [{"params": [parameters[name]], "lr": lr, "weight_decay": decay} for name, (lr, decay) in groups.items()]
    )
    scheduler = case["schedule"] and get_scheduler(case["schedule"], optimizer, num_warmup_steps=10, num_training_steps=STEPS)
    kept = {}
    for step in range(STEPS):
        for i, (name, parameter) in enumerate(parameters.items()):
            parameter.grad = values[name][step].clone() if present[step, i] else None
        if case["clip"] is not None:
            nn.utils.clip_grad_norm_(parameters.values(), case["clip"])
        optimizer.step()
        if scheduler:
            scheduler.step()
        if step + 1 in KEPT:
            kept.update({f"{step + 1}.{name}": p.detach().clone() for name, p in parameters.items()})
    return kept


def schedules():
    """The factors at every step; `polynomial` depends on the rate."""
    cases = []
    for kind in ["constant", "constant_with_warmup", "linear", "cosine", "polynomial", "inverse_sqrt"]:
        for steps, warmup in [(50, 0), (50, 5), (40, 40), (1, 0)]:
            for rate in [1e-5, 1e-3]:
                optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=rate)
                # A polynomial schedule that is warm-up alone divides by zero there.
                if kind == "polynomial" and steps == warmup:
                    continue
                scheduler = get_scheduler(kind, optimizer, num_warmup_steps=warmup, num_training_steps=steps)
                factor = scheduler.lr_lambdas[0]
                factors = [factor(step) for step in range(steps)]
                cases.append({"type": kind, "steps": steps, "warmup": warmup, "rate": rate, "factors": factors})
    return {"cases": cases}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    generator = torch.Generator().manual_seed(args.seed)
    start = {name: torch.randn(shape, generator=generator) for name, shape in SHAPES.items()}
    values, present = gradients(generator)
    folder = os.path.join(args.out, "optimizer")
    os.makedirs(folder, exist_ok=True)
    tensors = {"present": present}
    tensors.update({f"start.{name}": tensor for name, tensor in start.items()})
    tensors.update({f"grad.{name}": tensor for name, tensor in values.items()})
    for name, case in CASES.items():
        tensors.update({f"{name}.{key}": tensor for key, tensor in run(case, start, values, present).items()})
    save_file(tensors, os.path.join(folder, "adamw.safetensors"), metadata={"cases": json.dumps(CASES)})
    with open(os.path.join(folder, "schedules.json"), "w") as file:
        json.dump(schedules(), file)


main()
