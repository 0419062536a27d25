"""Fixtures of the GLiNER release that this interpreter has, by its own code.

    python make.py OUT_DIR [--seed 1] [--small] [--parts losses,decode,...]

The same seed draws the same inputs for every release. What a release calls its loss, its decoder and so on is the business of
its family's adapter; one without a part lacks the file, and OUT_DIR/version.json says so.
"""

import argparse
import importlib
import json
import os
import sys
import traceback
import warnings

warnings.filterwarnings("ignore")
sys.dont_write_bytecode = True

from importlib.metadata import version

import inputs

PARTS = ["losses", "decode", "samplers", "groups", "steps", "spans", "lstm", "words", "eval", "labels", "collator"]
# From 0.2.3 on the collator has the ids.
WITH_FLAIR = ["prompts"]


def adapter(release):
    if release < (0, 2, 0):
        return importlib.import_module("namespace_0_1")
    if release < (0, 2, 3):
        return importlib.import_module("namespace_0_2_0")
    return importlib.import_module("trainer_0_2_3")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--small", action="store_true", help="a fifth of the cases, for the fixtures that are kept")
    parser.add_argument("--parts", default=None)
    args = parser.parse_args()
    os.makedirs(args.out, exist_ok=True)
    release = version("gliner")
    family = adapter(tuple(int(n) for n in release.split(".")))
    made, failed = [], {}
    parts = PARTS + (WITH_FLAIR if hasattr(family, "prompt_ids") else [])
    for part in args.parts.split(",") if args.parts else parts:
        try:
            getattr(inputs, part)(family, inputs.Draw(args.seed, part, 5 if args.small else 1), args.out, release)
            made.append(part)
        except Exception:
            failed[part] = traceback.format_exc()
    about = {name: version(name) for name in ("gliner", "torch", "transformers", "numpy")}
    about.update(python=sys.version.split()[0], seed=args.seed, made=made, failed=failed)
    with open(os.path.join(args.out, "version.json"), "w") as file:
        json.dump(about, file, indent=1)


if __name__ == "__main__":
    main()
