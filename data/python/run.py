"""Trains a release of GLiNER by its own code, and writes down what it says of tests.

    python run.py JOB.json

The job, made by lib/study/engines/python:

    version     the release in this environment
    config      keys of its model's configuration; model_name is a folder
    training    keys of its training, in the spelling of its yaml
    seed        of Python's random and of torch
    records     a file, one JSON record a line
    weights     a safetensors file to start from, or null
    draws       where to write which records and types each batch had, or null
    out         the folder of metrics.jsonl and answers-N.jsonl
    tests       [{texts: FILE of word lists, labels: [...]}]
    floor       candidates of a lower probability are left out

Ends when its standard input ends: whoever started it is gone then.
"""

import json
import os
import random
import sys
import threading

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
sys.dont_write_bytecode = True


def watch_parent():
    while os.read(0, 4096):
        pass
    os._exit(1)


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def main():
    threading.Thread(target=watch_parent, daemon=True).start()
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    import torch

    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    numbers = [int(part) for part in job["version"].split(".")]
    if numbers < [0, 2, 3]:
        import early as family
    else:
        import later as family
    random.seed(job["seed"])
    torch.manual_seed(job["seed"])
    model = family.build(job, numbers)
    if job["weights"]:
        load(family.network(model), job["weights"])
    with open(os.path.join(job["out"], "metrics.jsonl"), "w", encoding="utf-8") as metrics:
        def step(number, loss):
            metrics.write(json.dumps({"step": number, "loss": loss}) + "\n")
            metrics.flush()

        skipped = family.train(model, lines(job["records"]), job, numbers, step) if job["training"]["num_steps"] else 0
    for number, test in enumerate(job["tests"]):
        answers = family.candidates(model, lines(test["texts"]), test["labels"], job["floor"])
        with open(os.path.join(job["out"], f"answers-{number}.jsonl"), "w", encoding="utf-8") as file:
            for index, found in enumerate(answers):
                file.write(json.dumps({"index": index, "candidates": found}) + "\n")
    about = {"torch": torch.__version__, "transformers": version("transformers"), "python": sys.version.split()[0], "skipped": skipped}
    with open(os.path.join(job["out"], "about.json"), "w", encoding="utf-8") as file:
        json.dump(about, file)


def load(network, path):
    """All weights, or an error: what is left as it was drawn would be another start."""
    from safetensors.torch import load_file

    weights = load_file(path)
    own = network.state_dict()
    # What no release computes with: positions as a buffer, and BERT's pooler, which nothing reads.
    idle = lambda name: name.endswith("position_ids") or ".pooler." in name
    missing = [name for name in own if name not in weights and not idle(name)]
    strange = [name for name in weights if name not in own and not idle(name)]
    if missing or strange:
        raise SystemExit(f"{path}: lacks {missing[:3]}, has besides {strange[:3]}")
    network.load_state_dict({name: tensor for name, tensor in weights.items() if name in own}, strict=False)


def version(package):
    from importlib.metadata import version as of

    return of(package)


def above(tokens, scores, classes, floor):
    """Candidates of one text: [first word, last word, type, probability], in the order of the tensor [W, K, C]."""
    import torch

    found = []
    for start, width, c in torch.nonzero(scores > floor).tolist():
        if start + width < len(tokens):
            found.append([start, start + width, classes[c + 1], scores[start, width, c].item()])
    return found


if __name__ == "__main__":
    sys.modules["run"] = sys.modules["__main__"]
    main()
