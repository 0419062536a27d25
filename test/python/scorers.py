"""What other scorers say of the same mentions: seqeval, nervaluate and GLiNER's own evaluator.

    python scorers.py OUT_DIR [--seed 1]
    python scorers.py score PREDICTIONS.jsonl RECORDS.jsonl

The first form writes OUT_DIR/scorers/{seqeval,nervaluate,gliner}.json over generated cases. The second scores a file of
predictions that `evaluate --predictions` wrote with Python's greedy search and evaluator, and prints P, R and F1 as JSON.
Needs gliner 0.2.29, seqeval 1.2.2 and nervaluate 1.2.1.
"""

import argparse
import json
import os
import random
import struct
import sys
import warnings

from gliner.decoding.decoder import Span, SpanDecoder
from gliner.evaluation import BaseNEREvaluator
from nervaluate import Evaluator
from seqeval.metrics import f1_score, precision_score, recall_score
from seqeval.metrics.sequence_labeling import precision_recall_fscore_support

warnings.filterwarnings("ignore")
TYPES = ["city", "person", "work of art", "else"]


def spans(draw, words, count, flat):
    """Random mentions; flat ones share no word, others may nest, cross and repeat."""
    found = []
    for _ in range(count):
        start = draw.randrange(words)
        end = min(words - 1, start + draw.choice([0, 0, 0, 1, 1, 2, 4]))
        if not flat or all(end < s or start > e for s, e, _ in found):
            found.append([start, end, draw.choice(TYPES)])
    if found and not flat and draw.random() < 0.2:
        found.append(list(draw.choice(found)))
    return sorted(found) if flat else found


def answers(draw, words, gold, flat):
    """Gold with every kind of mistake, and some that is not there."""
    kept = [[s, e, t] for s, e, t in gold if draw.random() < 0.75]
    for span in kept:
        kind = draw.random()
        if kind < 0.2:
            span[2] = draw.choice(TYPES)
        elif kind < 0.4:
            span[0 if draw.random() < 0.5 else 1] = draw.choice(span[:2])
            span[1] = min(words - 1, span[1] + (draw.random() < 0.3))
    everything = kept + spans(draw, words, draw.randrange(3), flat)
    if not flat:
        return everything
    apart = []
    for s, e, t in everything:
        if all(e < s2 or s > e2 for s2, e2, _ in apart):
            apart.append([s, e, t])
    return sorted(apart)


def case(draw, flat):
    sizes = [draw.randint(1, 14) for _ in range(draw.randint(1, 8))]
    gold = [spans(draw, n, draw.randrange(4), flat) for n in sizes]
    return sizes, gold, [answers(draw, n, g, flat) for n, g in zip(sizes, gold)]


def tags(words, mentions):
    row = ["O"] * words
    for start, end, label in mentions:
        row[start] = f"B-{label}"
        for i in range(start + 1, end + 1):
            row[i] = f"I-{label}"
    return row


def seqeval_case(draw):
    gold = predicted = []
    while not any(gold + predicted):  # seqeval's macro average of no types is NaN
        sizes, gold, predicted = case(draw, flat=True)
    y_true, y_pred = ([tags(n, m) for n, m in zip(sizes, side)] for side in (gold, predicted))
    scores = {
        average: [f(y_true, y_pred, average=average, zero_division=0) for f in (precision_score, recall_score, f1_score)]
        for average in ("micro", "macro")
    }
    names = sorted({label for row in gold + predicted for _, _, label in row})
    p, r, f, s = precision_recall_fscore_support(y_true, y_pred, average=None, zero_division=0)
    types = {n: [*map(float, v[:3]), int(v[3])] for n, v in zip(names, zip(p, r, f, s), strict=True)}
    averages = {average: list(map(float, values)) for average, values in scores.items()}
    return {"gold": gold, "pred": predicted, "types": types, **averages}


def nervaluate_case(draw):
    _, gold, predicted = case(draw, flat=draw.random() < 0.3)
    as_dicts = lambda rows: [[{"start": s, "end": e, "label": t} for s, e, t in row] for row in rows]
    overall = Evaluator(as_dicts(gold), as_dicts(predicted), tags=TYPES, loader="dict").evaluate()["overall"]
    keys = ("correct", "incorrect", "partial", "missed", "spurious", "precision", "recall", "f1")
    modes = {name: [getattr(result, key) for key in keys] for name, result in overall.items()}
    return {"gold": gold, "pred": predicted, "modes": modes}


def float32(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def gliner_scores(candidates, gold, threshold, flat_ner, multi_label):
    """Python's greedy search over candidates, then its evaluator."""
    limit = float32(threshold)
    search = SpanDecoder(None).greedy_search
    decoded = [
        search([Span(s, e, t, p) for s, e, t, p in row if float32(p) > limit], flat_ner, multi_label) for row in candidates
    ]
    evaluator = BaseNEREvaluator(gold, decoded)
    return {name: float(value) for name, value in evaluator.compute_prf(*evaluator.transform_data()).items()}


SETTINGS = [
    {"threshold": threshold, "flat_ner": flat, "multi_label": multi}
    for threshold in (0.5, 0.3, 0.1)
    for flat in (True, False)
    for multi in (False, True)
]


def gliner_file(draw):
    """A whole file of predictions over made-up words, with nested and repeated gold and gold that no span can be."""
    records, texts = [], []
    for _ in range(60):
        words = draw.randint(1, 20)
        gold = spans(draw, words, draw.randrange(5), flat=False)
        found = {}
        for s, e, t in gold + spans(draw, words, 12, flat=False):
            found[(s, e, t)] = float32(draw.choice([0.1, 0.3, 0.5, 0.5000001, 0.75, draw.uniform(0.05, 0.99)]))
        unaligned = [t for t in TYPES if draw.random() < 0.03]
        records.append({"tokens": [draw.choice("abcdefgh") for _ in range(words)], "ner": gold, "unaligned": unaligned})
        order = sorted(found.items(), key=lambda item: (item[0][0], item[0][1], TYPES.index(item[0][2])))
        texts.append([[s, e, t, p] for (s, e, t), p in order])
    gold = [r["ner"] + [[None, None, t] for t in r["unaligned"]] for r in records]
    results = [{**setting, **gliner_scores(texts, gold, **setting)} for setting in SETTINGS]
    return {"records": records, "labels": TYPES, "candidates": texts, "results": results}


def generate(out, seed):
    folder = os.path.join(out, "scorers")
    os.makedirs(folder, exist_ok=True)
    draw = random.Random(seed)
    fixtures = {
        "seqeval": {"cases": [seqeval_case(draw) for _ in range(60)]},
        "nervaluate": {"cases": [nervaluate_case(draw) for _ in range(60)]},
        "gliner": gliner_file(draw),
    }
    for name, content in fixtures.items():
        with open(os.path.join(folder, f"{name}.json"), "w") as file:
            json.dump(content, file, separators=(",", ":"))


def score(predictions, records):
    with open(predictions) as file:
        header, *texts = [json.loads(line) for line in file]
    with open(records) as file:
        read = [json.loads(line) for line in file]
    assert len(texts) == header["data"]["texts"] <= len(read), (len(texts), len(read))
    asked = set(header["labels"])
    gold = [[span for span in record["ner"] if span[2] in asked] for record in read[: len(texts)]]
    candidates = [text["candidates"] for text in texts]
    print(json.dumps([{**setting, **gliner_scores(candidates, gold, **setting)} for setting in SETTINGS]))


def main():
    if sys.argv[1:2] == ["score"]:
        score(*sys.argv[2:])
        return
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    generate(args.out, args.seed)


main()
