"""Dumps of one batch by GLiNER with a fault planted in it, for test/audit/trace: what `trace` must name.

    python trace_faults.py MODEL_DIR DATA OUT_DIR

OUT_DIR/none.safetensors is the genuine one. Needs gliner 0.2.29 and accelerate.
"""

import os
import re
import sys

import torch

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "data", "python"))

import dump_batch

TYPES = "product,person,location,organization,date"


def class_token(model, core):
    """Types are read one subword behind their mark."""
    before = core._extract_prompt_features_and_word_embeddings

    def shifted(token_embeds, *rest):
        _, _, words, mask = before(token_embeds, *rest)
        types, type_mask, _, _ = before(torch.roll(token_embeds, -1, dims=1), *rest)
        return types, type_mask, words, mask

    core._extract_prompt_features_and_word_embeddings = shifted


def splitter(model, core):
    """No word keeps its hyphen."""
    model.data_processor.words_splitter = lambda text: [(m.group(), *m.span()) for m in re.finditer(r"\w+|[^\w\s]", text)]


def merged_bias(model, core):
    """One bias in place of the LSTM's two."""
    lstm = core.rnn.lstm
    with torch.no_grad():
        lstm.bias_ih_l0.add_(lstm.bias_hh_l0)
        lstm.bias_hh_l0.zero_()
    lstm.bias_hh_l0.requires_grad_(False)


def padding_leak(model, core):
    """The LSTM reads the padding behind a short text."""
    core.rnn.forward = lambda x, mask, *_, **__: core.rnn.lstm(x)[0]


def loss_weight(model, core):
    """A mention's loss counts twice, as in the paper's code."""
    before = core._loss
    core._loss = lambda logits, labels, *rest, **options: before(logits, labels, *rest, **options) * (1 + labels)


def label_order(model, core):
    """The types asked for are sorted."""
    before = model.data_processor.collate_raw_batch
    model.data_processor.collate_raw_batch = lambda records, *rest, **options: before(
        [{**record, "ner_labels": sorted(record["ner_labels"])} for record in records], *rest, **options)


FAULTS = [class_token, splitter, merged_bias, padding_leak, loss_weight, label_order]


def main(folder, data, out):
    words = ["--model", folder, "--data", data, "--records", "2", "--keep", "8", "--types", TYPES]
    dump_batch.main([*words, "--out", os.path.join(out, "none.safetensors")])
    for fault in FAULTS:
        dump_batch.main([*words, "--out", os.path.join(out, f"{fault.__name__}.safetensors")], fault)


if __name__ == "__main__":
    main(*sys.argv[1:])
