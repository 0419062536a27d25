"""0.1.0 to 0.2.2: a plain namespace is the configuration, Flair makes the subwords, train.py has the loop."""

import argparse

import torch
import transformers

from run import above


def build(job, numbers):
    from gliner import GLiNER

    return GLiNER(argparse.Namespace(**job["config"]))


def network(model):
    return model


def optimizer(model, training, numbers):
    decays = [training["weight_decay_encoder"], training["weight_decay_other"]] if numbers >= [0, 1, 14] else []
    return model.get_optimizer(training["lr_encoder"], training["lr_others"], *decays)


def train(model, records, job, numbers, step):
    """train.py of those days; it is in no release, so that the loop is written here. On a CPU 0.1.13 to 0.2.2 have no half precision."""
    training = job["training"]
    model.train()
    draws = drawn(model, job["draws"])
    loader = model.create_dataloader(records, batch_size=training["train_batch_size"], shuffle=True)
    ours = optimizer(model, training, numbers)
    steps, ratio = training["num_steps"], training["warmup_ratio"]
    warmup = int(steps * ratio) if ratio < 1 else int(ratio)
    kind = {"constant": "constant_with_warmup"}.get(training["scheduler_type"], training["scheduler_type"])
    schedule = transformers.get_scheduler(kind, ours, num_warmup_steps=warmup, num_training_steps=steps)
    batches, skipped = iter(loader), 0
    for number in range(1, steps + 1):
        try:
            x = next(batches)
        except StopIteration:
            batches = iter(loader)
            x = next(batches)
        draws()
        ours.zero_grad()
        # Until 0.2.2 train.py leaves out any batch that fails, without a word; here they are counted.
        try:
            loss = model(x)
        except Exception as error:
            print(f"step {number}: {error}", flush=True)
            skipped += 1
            step(number, None)
            continue
        if torch.isnan(loss):
            skipped += 1
            step(number, None)
            continue
        loss.backward()
        ours.step()
        schedule.step()
        step(number, loss.item())
    return skipped


def drawn(model, path):
    """Writes which records and types each batch had. @returns what is called once a batch is there"""
    if path is None:
        return lambda: None
    import json

    seen, collate = [], model.collate_fn
    file = open(path, "w", encoding="utf-8")

    def collate_fn(records, types=None):
        x = collate(records, types)
        seen.append({"records": [record["index"] for record in records], "types": [list(one) for one in x["classes_to_id"]]})
        return x

    model.collate_fn = collate_fn

    def write():
        while seen:
            file.write(json.dumps(seen.pop(0)) + "\n")
            file.flush()

    return write


@torch.no_grad()
def candidates(model, texts, labels, floor):
    model.eval()
    loader = model.create_dataloader([{"tokenized_text": words, "ner": []} for words in texts], entity_types=labels, batch_size=8, shuffle=False)
    found = []
    for x in loader:
        scores = torch.sigmoid(model.compute_score_eval(x, device="cpu"))
        found += [above(words, scores[b], x["id_to_classes"], floor) for b, words in enumerate(x["tokens"])]
    return found
