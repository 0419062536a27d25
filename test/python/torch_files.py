"""Fixtures of files that PyTorch saves: small state_dicts in every form that is read, and what they hold.

    python torch_files.py OUT_DIR [--seed 1]

Writes OUT_DIR/torch/NAME.bin, and beside each NAME.safetensors with the same tensors as float32 or int32 in row-major order.
Needs torch and safetensors.
"""

import argparse
import os
from collections import OrderedDict

import torch
from safetensors.torch import save_file


def views():
    """Tensors that look at parts of one storage, transposed or spaced, and tied ones."""
    base = torch.randn(6, 8)
    tied = torch.randn(3)
    return {
        "whole": base,
        "rows": base[2:4],
        "columns": base[:, 1:7:2],
        "transposed": base.t(),
        "permuted": torch.randn(2, 3, 4).permute(2, 0, 1),
        "tied": tied,
        "tied.again": tied,
        "scalar": torch.tensor(1.5),
        "empty": torch.zeros(0, 4),
        "one": base[3:4, 2:3],
    }


def kinds():
    values = torch.tensor([0.0, -0.0, 1.5, -2.25, 65504.0, 6e-8, 3.1e-5, float("inf"), 1.0009765625])
    return {
        "float32": torch.randn(5),
        "float64": torch.randn(5, dtype=torch.float64),
        "float16": values.half(),
        "bfloat16": values.bfloat16(),
        "int64": torch.tensor([0, -1, 2**31 - 1, -(2**31)]),
        "int32": torch.tensor([7, -8], dtype=torch.int32),
        "int16": torch.tensor([300, -300], dtype=torch.int16),
        "int8": torch.tensor([127, -128], dtype=torch.int8),
        "uint8": torch.tensor([0, 255], dtype=torch.uint8),
        "bool": torch.tensor([True, False, True]),
    }


def plain(tensor):
    wanted = torch.float32 if tensor.is_floating_point() else torch.int32
    return tensor.detach().to(wanted).contiguous().clone()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    folder = os.path.join(args.out, "torch")
    os.makedirs(folder, exist_ok=True)
    lstm = torch.nn.LSTM(4, 3, bidirectional=True).state_dict()
    parameters = OrderedDict((name, torch.nn.Parameter(tensor)) for name, tensor in lstm.items())
    old = {"_use_new_zipfile_serialization": False}
    for name, tensors, options in [
        ("lstm", lstm, {}),
        ("parameters", parameters, {}),
        ("views", views(), {}),
        ("kinds", kinds(), {}),
        ("protocol4", lstm, {"pickle_protocol": 4}),
        ("legacy", lstm, old),
        ("legacy_views", views(), old),
        ("legacy_kinds", kinds(), old),
    ]:
        torch.save(tensors, os.path.join(folder, f"{name}.bin"), **options)
        save_file({n: plain(t) for n, t in tensors.items()}, os.path.join(folder, f"{name}.safetensors"))


main()
