"""Fixtures of training a token-level model: GLiNER 0.2.29's own code on random weights.

    python token_level.py TINY_BERT_DIR OUT_DIR [--seed 1]

TINY_BERT_DIR is test/golden/tiny_bert: its encoder and LSTM are kept, a scorer is drawn. Writes
OUT_DIR/token/training.safetensors: the scorer, the batch's labels and scores, the loss of several options with the gradient of
scorer, LSTM and embeddings for the first of them. Needs gliner 0.2.29.
"""

import argparse
import json
import os
import random
import shutil
import tempfile

import torch
from gliner import GLiNER
from safetensors.torch import load_file, save_file

EXAMPLES = [
    {
        "tokenized_text": ["Anna", "Smith", "visited", "Paris", "and", "Lagos", "in", "March", "2021", "."],
        "ner": [[0, 1, "person"], [3, 3, "location"], [5, 5, "location"], [7, 8, "date"], [8, 8, "person"]],
        "ner_labels": ["date", "location", "person", "product"],
    },
    {
        "tokenized_text": ["Acme", "Corp", "launched", "Model", "X9"],
        "ner": [[0, 1, "organization"], [3, 4, "product"], [0, 4, "product"], [2, 9, "product"]],
        "ner_labels": ["organization", "product"],
    },
    {"tokenized_text": ["however", "early", "results"], "ner": [], "ner_labels": ["person"]},
]

OPTIONS = [
    {},
    {"alpha": 0.75, "gamma": 2.0, "prob_margin": 0.1, "label_smoothing": 0.05, "reduction": "mean"},
    {"gamma": 0.5, "reduction": "mean"},
]

GRADIENTS = ("scorer.", "rnn.", "token_rep_layer.bert_layer.model.embeddings.")


def token_model(tiny):
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(tiny, folder, dirs_exist_ok=True)
        path = os.path.join(folder, "gliner_config.json")
        with open(path) as file:
            config = json.load(file)
        config |= {"span_mode": "token_level", "model_type": "gliner_uni_encoder_token"}
        with open(path, "w") as file:
            json.dump(config, file)
        return GLiNER.from_pretrained(folder, strict=False)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tiny")
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    random.seed(args.seed)
    gliner = token_model(args.tiny)
    model = gliner.model.eval()
    kept = load_file(os.path.join(args.tiny, "model.safetensors"))
    for name, parameter in model.named_parameters():
        if name.startswith("scorer."):
            torch.nn.init.normal_(parameter, std=0.15)
        else:
            assert torch.equal(parameter, kept[name]), name
    examples = random.sample(EXAMPLES, len(EXAMPLES))
    processor = gliner.data_processor
    raw = processor.collate_raw_batch(examples)
    inputs = processor.tokenize_and_prepare_labels(raw, prepare_labels=True)
    inputs["text_lengths"] = raw["seq_length"]
    tensors = {n: p.detach().clone() for n, p in model.named_parameters() if n.startswith("scorer.")}
    losses = []
    for options in OPTIONS:
        model.zero_grad()
        out = model(**inputs, **options)
        out.loss.backward()
        losses.append({"options": options, "loss": out.loss.item()})
        if not options:
            tensors |= {f"grad.{n}": p.grad for n, p in model.named_parameters() if n.startswith(GRADIENTS)}
    tensors |= {"labels": inputs["labels"], "scores": out.logits.detach()}
    classes = [list(mapping) for mapping in raw["classes_to_id"]]
    meta = json.dumps({"examples": examples, "classes": classes, "losses": losses})
    folder = os.path.join(args.out, "token")
    os.makedirs(folder, exist_ok=True)
    tensors = {name: tensor.contiguous() for name, tensor in tensors.items()}
    save_file(tensors, os.path.join(folder, "training.safetensors"), metadata={"meta": meta})


main()
