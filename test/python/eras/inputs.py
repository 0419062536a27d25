"""What every release is given, and how its answers are written down.

Every function takes the family's adapter, a `Draw`, the folder and the release; inputs depend on the seed and the part alone.
"""

import hashlib
import json
import os
import random

import torch
from safetensors.torch import save_file


class Draw(random.Random):
    """Inputs of one part: no part's numbers depend on another's."""

    def __new__(cls, *_):
        return super().__new__(cls)

    def __init__(self, seed, part, share):
        super().__init__(f"{seed} {part}")
        self.share = share

    def cases(self, most):
        return range(most // self.share)

    def tensor(self, *shape, scale=1.0):
        count = 1
        for size in shape:
            count *= size
        return torch.tensor([round(self.gauss(0, scale), 3) for _ in range(count)], dtype=torch.float32).view(*shape)


def write(out, name, value):
    with open(os.path.join(out, name), "w") as file:
        json.dump(value, file)


# ---------------------------------------------------------------- losses


def losses(family, draw, out, release):
    """Value and gradient of the release's own loss, for what a yaml or the trainer could give it."""
    B, W, K, C = draw.choice([(2, 3, 2, 3), (3, 2, 3, 2), (1, 4, 2, 4)])
    lengths = [W] + [draw.randint(1, W) for _ in range(B - 1)]
    types = [C] + [draw.randint(1, C) for _ in range(B - 1)]
    span_mask = [[n // K + n % K < lengths[b] for n in range(W * K)] for b in range(B)]
    # One type a span, as until 0.2.15; 0 = none, -1 = no span.
    ids = [[draw.choice([0, 0, draw.randint(1, types[b])]) if span_mask[b][n] else -1 for n in range(W * K)] for b in range(B)]
    batch = {
        "shape": [B, W, K, C],
        "logits": draw.tensor(B, W * K, C, scale=3),
        "ids": torch.tensor(ids),
        "labels": torch.tensor([[[float(id == c + 1) for c in range(C)] for id in row] for row in ids]),
        "uniform": torch.tensor([[[draw.random() for _ in range(C)] for _ in range(W * K)] for _ in range(B)]),
        "span_mask": torch.tensor(span_mask),
        "type_mask": torch.tensor([[c < types[b] for c in range(C)] for b in range(B)]),
    }
    cases = []
    for args in family.loss_cases(release):
        for reduction in args.pop("reductions"):
            logits = batch["logits"].clone().view(B, W, K, C).requires_grad_()
            loss = family.loss({**batch, "logits": logits}, {**args, "reduction": reduction})
            loss.backward()
            cases.append({"era": release, "reduction": reduction, "args": args, "loss": loss.item(),
                          "gradient": logits.grad.flatten().tolist()})
    del batch["ids"]
    numbers = {name: value.to(torch.float64).tolist() if torch.is_tensor(value) else value for name, value in batch.items()}
    write(out, "losses.json", {"batch": numbers, "cases": cases})


# ---------------------------------------------------------------- decoder


def decode(family, draw, out, release):
    """Flat, nested and, where the release has it, several labels a span; equal scores among them."""
    cases = []
    for n in draw.cases(15):
        B, W, K, C = draw.randint(1, 3), draw.randint(2, 7), draw.randint(1, 4), draw.randint(1, 4)
        lengths = [W] + [draw.randint(1, W) for _ in range(B - 1)]
        logits = draw.tensor(B, W, K, C, scale=2)
        if n % 3 == 0:
            logits = logits.round()
        classes = [f"type {c}" for c in range(C)]
        for flat in (True, False):
            for multi in family.multi_labels(release):
                threshold = draw.choice([0.5, 0.3, 0.1])
                spans = family.decode(logits, [["w"] * length for length in lengths], classes, threshold, flat, multi)
                cases.append({"shape": [B, W, K, C], "logits": logits.flatten().tolist(), "lengths": lengths, "classes": classes,
                              "threshold": threshold, "flat": flat, "multi": multi, "spans": spans})
    write(out, "decode.json", {"era": release, "cases": cases})


# ---------------------------------------------------------------- samplers


class Script:
    """Random calls that both sides play.

    Whole numbers come in turn; nothing is drawn where there is nothing to choose. An order depends on the items and on how many
    numbers were drawn before: not on the order the items come in (Python's sets have another one in every process), nor on
    orders that nobody looks at (releases differ in whether they shuffle types that a record's own list replaces).
    """

    def __init__(self, numbers):
        self.numbers, self.drawn = numbers, 0

    def randint(self, low, high):
        if low == high:
            return low
        self.drawn += 1
        return low + self.numbers[self.drawn % len(self.numbers)] % (high - low + 1)

    def order(self, items):
        salt = f"{self.numbers[0]} {self.drawn}"
        return sorted(items, key=lambda item: hashlib.md5(f"{salt} {item}".encode()).hexdigest())

    def shuffle(self, items):
        items[:] = self.order(items)

    def sample(self, items, k):
        return self.order(items)[:k]


def samplers(family, draw, out, release):
    cases = []
    for n in draw.cases(60):
        names = family.type_names(release)
        key = "ner_labels" if family.at_least(release, "0.2.23") else "label"
        config = {"max_neg_type_ratio": draw.randint(0, 3), "max_types": draw.randint(1, 6)}
        records = []
        for _ in range(draw.randint(1, 4)):
            labels = [draw.choice(names) for _ in range(draw.randint(0, 4))]
            record = {"tokenized_text": ["w"] * 5, "ner": [[i, i, label] for i, label in enumerate(labels)]}
            if draw.random() < 0.3:
                record[draw.choice(["negative", "negatives", "ner_negatives"])] = draw.sample(names, 3)
            if draw.random() < 0.2:
                record[key] = draw.sample(names, 3)
            records.append(record)
        numbers = [draw.randint(0, 20) for _ in range(17)]
        # The code of the paper is that of the first releases without the limit.
        paper = n % 4 == 0 and not family.at_least(release, "0.1.14")
        limits = {**config, "max_types": 10**6} if paper else config
        types = family.sample(records, limits, Script(numbers), release)
        # A batch that asks for nothing fails or is skipped there.
        if any(types):
            corpus = names if family.draws_from_corpus(release) else None
            cases.append({"era": "v0" if paper else release, "config": config, "records": records, "script": numbers, "corpus": corpus, "types": types})
    write(out, "samplers.json", {"cases": cases})


# ---------------------------------------------------------------- optimiser


class Encoder(torch.nn.Module):
    """Parameters with the names of an encoder's: an embedding, a LayerNorm, a dense layer and its projection."""

    def __init__(self):
        super().__init__()
        self.bert_layer = torch.nn.Module()
        self.bert_layer.model = torch.nn.Module()
        self.bert_layer.model.embeddings = torch.nn.Module()
        self.bert_layer.model.embeddings.word_embeddings = torch.nn.Embedding(5, 4)
        self.bert_layer.model.embeddings.LayerNorm = torch.nn.LayerNorm(4)
        self.bert_layer.model.dense = torch.nn.Linear(4, 4)
        self.projection = torch.nn.Linear(4, 4)


def groups(family, draw, out, release):
    """Which parameter has which rate and which decay, by the release's own trainer or model."""
    rates = {"lr_encoder": round(draw.uniform(1e-6, 1e-5), 8), "lr_others": round(draw.uniform(1e-5, 1e-4), 8),
             "weight_decay_encoder": round(draw.uniform(0.001, 0.1), 4), "weight_decay_other": round(draw.uniform(0.001, 0.1), 4)}
    model, optimizer, clip = family.optimizer(Encoder(), rates, release)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    found = [{"names": [names[id(p)] for p in group["params"]], "lr": group["lr"], "weight_decay": group["weight_decay"],
              "betas": list(group["betas"]), "eps": group["eps"]} for group in optimizer.param_groups]
    write(out, "groups.json", {"era": release, "rates": rates, "optimizer": type(optimizer).__name__, "clip": clip,
                               "names": list(names.values()), "groups": found})


def steps(family, draw, out, release):
    """Eight steps of the release's own optimiser: the parameters after each, from gradients that are given, clipped as its trainer does."""
    rates = {"lr_encoder": 1e-3, "lr_others": 5e-3, "weight_decay_encoder": 0.1, "weight_decay_other": 0.05}
    torch.manual_seed(draw.randint(0, 10**6))
    model, optimizer, clip = family.optimizer(Encoder(), rates, release)
    named = dict(model.named_parameters())
    start = {name: parameter.detach().flatten().tolist() for name, parameter in named.items()}
    rows = []
    for _ in range(8):
        factor = round(draw.uniform(0.1, 1), 3)
        gradients = {name: draw.tensor(*parameter.shape, scale=draw.choice([0.01, 1])) for name, parameter in named.items()}
        for name, parameter in named.items():
            parameter.grad = gradients[name].clone()
        if clip:
            torch.nn.utils.clip_grad_norm_(named.values(), clip)
        for group in optimizer.param_groups:
            group["lr"] = group.setdefault("own_lr", group["lr"]) * factor
        optimizer.step()
        rows.append({"factor": factor, "gradients": {name: value.flatten().tolist() for name, value in gradients.items()},
                     "after": {name: parameter.detach().flatten().tolist() for name, parameter in named.items()}})
    shapes = {name: list(parameter.shape) for name, parameter in named.items()}
    write(out, "steps.json", {"era": release, "rates": rates, "clip": clip, "shapes": shapes, "start": start, "steps": rows})


# ---------------------------------------------------------------- layers


def spans(family, draw, out, release):
    """Every span_mode that the release has: all vectors, all gradients."""
    for mode in ["marker", "markerV0", "markerV1", "query", "mlp", "cat", "conv_conv", "conv_max", "conv_mean", "conv_sum", "conv_share"]:
        B, W, K, D = draw.choice([(2, 5, 3, 8), (3, 4, 4, 6), (1, 6, 2, 8)])
        lengths = [W] + [draw.randint(1, W) for _ in range(B - 1)]
        torch.manual_seed(draw.randint(0, 10**6))
        h, R = draw.tensor(B, W, D).requires_grad_(), draw.tensor(B, W, K, D)
        try:
            layer = family.span_layer(mode, D, K).eval()
        except ValueError:
            continue
        index = torch.tensor([[(i, i + k) for i in range(W) for k in range(K)]] * B)
        mask = torch.tensor([[i + k < lengths[b] for i in range(W) for k in range(K)] for b in range(B)])
        result = family.run_spans(layer, h, index * mask.unsqueeze(-1), mask, lengths)
        (result * R).sum().backward()
        tensors = {"h": h, "R": R, "out": result, "span_mask": mask.view(B, W, K).int(), "grad.h": h.grad}
        for name, parameter in layer.named_parameters():
            tensors[f"w.{name}"] = parameter
            if parameter.grad is not None:
                tensors[f"grad.{name}"] = parameter.grad
        save(out, f"span_{mode}", tensors, {"mode": mode, "max_width": K, "lengths": lengths, "era": release})


def lstm(family, draw, out, release):
    B, W, D = draw.choice([(3, 5, 8), (2, 6, 6), (4, 3, 4)])
    lengths = [draw.randint(1, W) for _ in range(B)]
    torch.manual_seed(draw.randint(0, 10**6))
    layer = family.lstm(D).eval()
    x = draw.tensor(B, W, D).requires_grad_()
    mask = torch.tensor([[w < length for w in range(W)] for length in lengths])
    result = layer(x, mask)
    R = draw.tensor(*result.shape)
    (result * R).sum().backward()
    tensors = {"x": x, "out": result, "R": R, "grad.x": x.grad}
    for name, parameter in layer.named_parameters():
        tensors[name], tensors[f"grad.{name}"] = parameter, parameter.grad
    save(out, "lstm", tensors, {"lengths": lengths, "era": release})


def save(out, name, tensors, meta):
    plain = {key: value.detach().contiguous().clone() for key, value in tensors.items()}
    save_file(plain, os.path.join(out, f"{name}.safetensors"), {"meta": json.dumps(meta)})


# ---------------------------------------------------------------- texts


def words(family, draw, out, release):
    pieces = ["Marie", " ", "-", "_", "Curie's", "naïve", "3.14", "U.S.", "\n", "—", "e\u0301", "東京", "a-b_c", "--", "€", "\u00a0", "नमस्ते", "\t"]
    texts = ["".join(draw.choice(pieces) for _ in range(draw.randint(0, 14))) for _ in draw.cases(60)]
    split = family.splitter()
    cases = [{"text": text, "tokens": [[word, start, end, start, end] for word, start, end in split(text)]} for text in texts]
    write(out, "words.json", {"cases": cases})


# `eval` in the list of parts: the evaluator.
def evaluator(family, draw, out, release):
    def row():
        return [[draw.randint(0, 4), draw.randint(4, 6), draw.choice("abc")] for _ in range(draw.randint(0, 5))]

    cases = []
    for _ in draw.cases(40):
        gold = [row() for _ in range(draw.randint(1, 4))]
        predicted = [[span for span in texts if draw.random() < 0.6] + (row() if draw.random() < 0.5 else []) for texts in gold]
        prf = {name: float(value) for name, value in family.evaluate(gold, predicted, release).items()}
        cases.append({"gold": gold, "pred": predicted, "f1": prf["f_score"], "prf": prf})
    write(out, "eval.json", {"cases": cases})


globals()["eval"] = evaluator


def labels(family, draw, out, release):
    """A folder of a benchmark, as the release's own evaluation reads it: words, mentions, and the list of types."""
    import tempfile

    names = ["person", "Person", "ORG", "Musical Artist", "else"]
    words = "the cat Marie Curie née Paris 1891 . 🎉 U.S.".split(" ")
    items = []
    for _ in draw.cases(30):
        own = [draw.choice(words) for _ in range(draw.randint(1, 8))]
        entities = []
        for _ in range(draw.randint(0, 3)):
            first = draw.randrange(len(own))
            last = draw.randrange(first, len(own))
            start = len(" ".join(own[:first])) + (first > 0)
            name = " ".join(own[first : last + 1])
            # One in five begins within a word, or ends there: it is nobody's.
            shift = 1 if draw.random() < 0.2 and len(own[first]) > 1 else 0
            entities.append({"name": name[shift:], "type": draw.choice(names), "pos": [start + shift, start + len(name)]})
        items.append({"sentence": " ".join(own), "entities": entities})
    with tempfile.TemporaryDirectory() as folder:
        for name, value in {"train": [], "dev": [], "test": items, "labels": names}.items():
            with open(os.path.join(folder, f"{name}.json"), "w") as file:
                json.dump(value, file)
        *_, read, asked = family.create_dataset(folder)
    # What is not found has no word: no answer is ever equal to it.
    rows = [{"tokens": one["tokenized_text"], "ner": [list(span) for span in one["ner"] if None not in span]} for one in read]
    write(out, "labels.json", {"era": release, "items": items, "labels": names, "asked": asked, "records": rows})


def prompts(family, draw, out, release):
    """The subwords of prompt and text, where Flair makes them inside of the encoder; word by word, where its vector stands."""
    names = ["person", "place name", "ORG", "größe"]
    texts = "the cat sat Marie Curie in Paris , on 1891 . naïve #hash U.S. visited".split(" ")
    cases = []
    for _ in draw.cases(15):
        tokens = [[draw.choice(texts) for _ in range(draw.randint(1, 9))] for _ in range(draw.randint(1, 3))]
        types = [draw.sample(names, draw.randint(1, 4)) for _ in tokens]
        cases.append({"tokens": tokens, "types": types, **family.prompt_ids(tokens, types)})
    write(out, "prompts.json", {"era": release, "cases": cases})


def collator(family, draw, out, release):
    """Ids, masks and labels of training batches, words without subwords and repeated mentions among them."""
    names = ["person", "place name", "ORG", "größe", "\u200b"]
    texts = "the cat sat Marie Curie in Paris , on 1891 . \u200b naïve #hash".split(" ") + ["", "\u00ad", "e\u0301"]
    cases = []
    for _ in draw.cases(25):
        records = []
        for _ in range(draw.randint(1, 3)):
            tokens = [draw.choice(texts) for _ in range(draw.randint(1, 9))]
            ner = [[start, min(start + draw.randint(0, 4), len(tokens) + 1), draw.choice(names)]
                   for start in (draw.randrange(len(tokens)) for _ in range(draw.randint(1, 4)))]
            records.append({"tokenized_text": tokens, "ner": ner})
        types = [draw.sample(names, draw.randint(1, 4)) for _ in records]
        config = {"max_len": draw.choice([4, 384]), "max_width": draw.randint(1, 4)}
        cases.append({"records": records, "types": types, "config": config, **family.collate(records, types, config, release)})
    write(out, "collator.json", {"era": release, "cases": cases})
