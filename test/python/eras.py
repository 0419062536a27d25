"""Losses and samplers of GLiNER's versions before 0.2.29, from reading: no release of them was run.

    python eras.py OUT_DIR [--seed 1]

States in plain Python, without any package, what the public history of urchade/GLiNER says (commits below), and writes
OUT_DIR/eras/losses.json (values; gradients by central differences in float64) and OUT_DIR/eras/samplers.json. The samplers
draw from `Scripted`, which the test plays too: shuffling rotates a list, a whole number is the script's next.
"""

import argparse
import json
import math
import os
import random

# ---------------------------------------------------------------- losses


def sigmoid(s):
    return 1 / (1 + math.exp(-s)) if s >= 0 else math.exp(s) / (1 + math.exp(s))


def bce_with_logits(s, y):
    return max(s, 0) - s * y + math.log1p(math.exp(-abs(s)))


def focal(loss, p_t, y, alpha, gamma):
    if gamma > 0:
        loss *= (1 - p_t) ** gamma
    if alpha >= 0:
        loss *= alpha * y + (1 - alpha) * (1 - y)
    return loss


def on_logits(s, y, alpha=-1, gamma=0, label_smoothing=0):
    """6cb72ce (0.1.14) to 0.2.21, loss_functions.py; label smoothing since 0.2.3."""
    if label_smoothing:
        y = y * (1 - label_smoothing) + 0.5 * label_smoothing
    p = sigmoid(s)
    return focal(bce_with_logits(s, y), p * y + (1 - p) * (1 - y), y, alpha, gamma)


def on_probabilities(s, y, alpha=-1, gamma=0, prob_margin=0, label_smoothing=0, floor=True):
    """bb3bf24 (0.2.22) and after; e0fbae8 (0.2.25) keeps p - margin from going below 0."""
    if label_smoothing:
        y = y * (1 - label_smoothing) + 0.5 * label_smoothing
    p = sigmoid(s)
    q = min(p - prob_margin, 1)
    if floor:
        q = max(q, 0)
    loss = -(y * math.log(max(p, 1e-6)) + (1 - y) * math.log(max(1 - q, 1e-6)))
    return focal(loss, p * y + (1 - q) * (1 - y), y, alpha, gamma)


def total(batch, element, reduction, mean):
    """Sum over what no mask covers, or a mean: of all elements (to 0.2.25), or by valid spans (a1faa50)."""
    summed, elements, spans = 0.0, 0, 0
    for b, text in enumerate(batch["labels"]):
        for n, span in enumerate(text):
            spans += batch["span_mask"][b][n]
            for c, y in enumerate(span):
                elements += 1
                if batch["span_mask"][b][n] and batch["type_mask"][b][c]:
                    summed += element(batch["logits"][b][n][c], y, b, n, c)
    return summed if reduction == "sum" else summed / (elements if mean == "elements" else spans)


def v0(batch, reduction, args):
    """6dfdb55: binary_cross_entropy_with_logits(reduction="none") * (labels + 1); 0.1.13 still."""
    return total(batch, lambda s, y, *_: bce_with_logits(s, y) * (y + 1), reduction, "spans")


def v0_1_14(batch, reduction, args):
    """config.yaml passes alpha .75 and gamma 2."""
    return total(batch, lambda s, y, *_: on_logits(s, y, 0.75, 2), reduction, "elements")


def v0_2_0(batch, reduction, args):
    """config_span.yaml: alpha -1, gamma 0. With `args`, what a trainer could set."""
    return total(batch, lambda s, y, *_: on_logits(s, y, **args), reduction, "elements")


def v0_2_19(batch, reduction, args):
    """masking="global": a negative stays where its uniform draw is below `negatives`."""
    def element(s, y, b, n, c):
        stays = y > 0 or batch["uniform"][b][n][c] < args.get("negatives", 1)
        return on_logits(s, y) if stays else 0.0
    return total(batch, element, reduction, "elements")


def v0_2_22(batch, reduction, args):
    """Arguments by place, one too few: label_smoothing arrives as the margin, negatives (1) as label_smoothing."""
    return total(batch, lambda s, y, *_: on_probabilities(s, y, label_smoothing=1, floor=False), reduction, "elements")


def v0_2_23(batch, reduction, args):
    return total(batch, lambda s, y, *_: on_probabilities(s, y, 0.75, floor=False, **args), reduction, "elements")


def v0_2_25(batch, reduction, args):
    return total(batch, lambda s, y, *_: on_probabilities(s, y, 0.75, **args), reduction, "elements")


def v0_2_26(batch, reduction, args):
    return total(batch, lambda s, y, *_: on_probabilities(s, y, 0.75, **args), reduction, "spans")


MARGIN = {"prob_margin": 0.2}
LOSSES = [
    ("v0", v0, ["sum"], {}),
    ("0.1.13", v0, ["sum"], {}),
    ("0.1.14", v0_1_14, ["sum", "mean"], {}),
    ("0.2.0", v0_2_0, ["sum", "mean"], {}),
    ("0.2.18", v0_2_0, ["sum"], {"alpha": 0.25, "gamma": 2, "label_smoothing": 0.1}),
    ("0.2.2", v0_2_0, ["sum"], {"alpha": 0}),
    ("0.2.19", v0_2_19, ["sum", "mean"], {}),
    ("0.2.21", v0_2_19, ["sum", "mean"], {"negatives": 0.5}),
    ("0.2.22", v0_2_22, ["sum", "mean"], {}),
    ("0.2.23", v0_2_23, ["sum", "mean"], {}),
    ("0.2.24", v0_2_23, ["sum", "mean"], MARGIN),
    ("0.2.25", v0_2_25, ["sum", "mean"], MARGIN),
    ("0.2.26", v0_2_26, ["sum", "mean"], MARGIN),
    ("0.2.28", v0_2_26, ["sum", "mean"], {}),
]


def gradient(loss, batch):
    grads = []
    for text in batch["logits"]:
        for span in text:
            for c, s in enumerate(span):
                step = 1e-5
                span[c] = s + step
                above = loss()
                span[c] = s - step
                grads.append((above - loss()) / (2 * step))
                span[c] = s
    return grads


def losses(rng):
    B, W, K, C = rng.choice([(2, 3, 2, 3), (3, 2, 3, 2), (1, 4, 2, 4)])
    N = W * K
    lengths = [W] + [rng.randint(1, W) for _ in range(B - 1)]
    types = [C] + [rng.randint(1, C) for _ in range(B - 1)]
    array = lambda draw: [[[draw() for _ in range(C)] for _ in range(N)] for _ in range(B)]
    batch = {
        "shape": [B, W, K, C],
        "logits": array(lambda: round(rng.gauss(0, 3), 3)),
        "labels": array(lambda: int(rng.random() < 0.3)),
        "uniform": array(lambda: rng.random()),
        "span_mask": [[int(n // K + n % K < lengths[b]) for n in range(N)] for b in range(B)],
        "type_mask": [[int(c < types[b]) for c in range(C)] for b in range(B)],
    }
    cases = []
    for era, function, reductions, args in LOSSES:
        for reduction in reductions:
            loss = lambda: function(batch, reduction, args)
            cases.append(
                {"era": era, "reduction": reduction, "args": args, "loss": loss(), "gradient": gradient(loss, batch)}
            )
    return {"batch": batch, "cases": cases}


# ---------------------------------------------------------------- samplers


class Scripted:
    """Draws in order from a list of numbers, round and round: a shuffle rotates by one, a whole number is taken modulo."""

    def __init__(self, script):
        self.script, self.at = script, 0

    def next(self):
        self.at += 1
        return self.script[(self.at - 1) % len(self.script)]

    def shuffle(self, items):
        items = list(items)
        turn = self.next() % len(items) if items else 0
        return items[turn:] + items[:turn]

    def randint(self, low, high):
        return low + self.next() % (high - low + 1)


def distinct(items):
    """A set in the order of its first members (Python's own order of strings differs from run to run)."""
    return list(dict.fromkeys(items))


def batch_types(records):
    return distinct(label for record in records for _, _, label in record["ner"])


def paper(records, config, rng, cap=False):
    """6dfdb55, modules/base.py: the pool in a new order for every example; types dropped at random; "label" sorted."""
    pool = rng.shuffle(batch_types(records))[:100]
    asked = []
    for record in records:
        order = rng.shuffle(pool)
        ratio = rng.randint(0, config["max_neg_type_ratio"])
        negatives = order[: len(record["ner"]) * ratio]
        types = rng.shuffle(distinct([label for _, _, label in record["ner"]] + negatives))
        if config["random_drop"] and types:
            types = types[: rng.randint(1, len(types))]
        if cap:
            types = types[: config["max_types"]]
        asked.append(sorted(record["label"]) if "label" in record else types)
    return asked


def february(records, config, rng):
    """b516d52 (0.1.0): max_types."""
    return paper(records, config, rng, cap=True)


def shared(records, config, rng, negatives_key, labels_key):
    """5e776b7 (0.2.9): one order of the pool for all examples. 725d2a0: a record's own negatives; bb8dbad: new names."""
    pool = rng.shuffle(batch_types(records))[:100]
    asked = []
    for record in records:
        ratio = rng.randint(0, config["max_neg_type_ratio"])
        negatives = record[negatives_key] if negatives_key in record else pool[: len(record["ner"]) * ratio]
        types = rng.shuffle(distinct([label for _, _, label in record["ner"]] + negatives))
        types = types[: config["max_types"]]
        asked.append(record.get(labels_key, types))
    return asked


def shared_0_2_9(records, config, rng):
    return shared(records, config, rng, "negatives", "label")


def shared_0_2_23(records, config, rng):
    return shared(records, config, rng, "ner_negatives", "ner_labels")


SAMPLERS = [
    ("v0", paper, {"random_drop": True}),
    ("0.1.0", february, {"random_drop": True}),
    ("0.1.14", february, {"random_drop": True}),
    ("0.2.0", february, {"random_drop": False}),
    ("0.2.2", february, {"random_drop": False}),
    ("0.2.9", shared_0_2_9, {}),
    ("0.2.16", shared_0_2_9, {}),
    ("0.2.23", shared_0_2_23, {}),
    ("0.2.28", shared_0_2_23, {}),
]


def samplers(rng):
    cases = []
    names = "person city song date product team award river law film".split()
    for era, function, extra in SAMPLERS:
        labels_key = "ner_labels" if function is shared_0_2_23 else "label"
        for _ in range(40):
            config = {"max_neg_type_ratio": rng.randint(0, 3), "max_types": rng.randint(1, 6), **extra}
            records = []
            for _ in range(rng.randint(1, 4)):
                labels = [rng.choice(names) for _ in range(rng.randint(0, 4))]
                record = {"tokens": ["w"] * 5, "ner": [[i, i, label] for i, label in enumerate(labels)]}
                for key in ("negative", "negatives", "ner_negatives"):
                    if rng.random() < 0.15 and not any(k.endswith(("negative", "negatives")) for k in record):
                        record[key] = rng.sample(names, 3)
                if rng.random() < 0.2:
                    record[labels_key] = rng.sample(names, 3)
                records.append(record)
            script = [rng.randint(0, 20) for _ in range(17)]
            asked = function(records, config, Scripted(script))
            # An all-empty batch fails or is skipped there.
            if any(asked):
                cases.append({"era": era, "config": config, "records": records, "script": script, "types": asked})
    return {"cases": cases}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    folder = os.path.join(args.out, "eras")
    os.makedirs(folder, exist_ok=True)
    for name, content in (("losses", losses(rng)), ("samplers", samplers(rng))):
        with open(os.path.join(folder, f"{name}.json"), "w") as file:
            json.dump(content, file)


main()
