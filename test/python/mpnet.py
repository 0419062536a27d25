"""Fixtures of MPNet encoders: transformers' own code on random weights, its buckets of distances, and its tokenizer.

    python mpnet.py OUT_DIR [--seed 1]

Writes OUT_DIR/encoder/mpnet_*.safetensors: parameters, input, output, gradients of sum(output * R), and in the metadata the
configuration; OUT_DIR/encoder/mpnet_buckets.json, the bucket of each distance; and OUT_DIR/encoder/mpnet_tokenizer.json, a small
tokenizer with the ids that it gives words. Needs transformers 4.57 and torch.
"""

import argparse
import json
import os
import tempfile

import torch
from transformers import MPNetConfig, MPNetModel, MPNetTokenizerFast
from transformers.models.mpnet.modeling_mpnet import MPNetEncoder

from encoder_fixture import drawn, drawn_ids, folder_of, write

COMMON = dict(
    # As many as the tokenizer below has.
    vocab_size=26,
    hidden_size=16,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=24,
    max_position_embeddings=180,
    hidden_act="gelu",
    layer_norm_eps=1e-5,
)

# Texts of one subword, of equal and of ragged length, and one that reaches the last bucket in both directions.
VARIANTS = {
    "ragged": (dict(), [7, 5, 1]),
    "far": (dict(num_hidden_layers=1, num_attention_heads=4), [150, 9]),
    "relu": (dict(hidden_act="relu", num_attention_heads=8), [12, 12]),
}


def variant(name, options, lengths, folder):
    config = MPNetConfig(**{**COMMON, **options})
    model = drawn(MPNetModel(config))
    # Positions are counted from the ids: padding has to be the padding token, 1.
    ids, mask = drawn_ids(config, lengths, first=2, pad=1)
    write(model, ids, mask, lengths, os.path.join(folder, f"mpnet_{name}.safetensors"))


def buckets(folder):
    deltas = torch.arange(-600, 601)
    found = MPNetEncoder.relative_position_bucket(deltas, num_buckets=32).tolist()
    with open(os.path.join(folder, "mpnet_buckets.json"), "w") as file:
        json.dump({"first": -600, "bucket": found}, file)


PIECES = "<s> <pad> </s> [UNK] <mask> the cafe river bank of nor ##way ##s ##ing walk un ##believ ##able 2 ##0 ##4 . , - ' e".split()
WORDS = [
    ["The", "Café", "of", "Norway"],
    ["walking", "RIVERS", ",", "204", "unbelievable", "."],
    ["zebra", "北京", "👍", "river-bank", "e's"],
    ["cafe\u0301", "NORWAYS", "\u200b", "2"],
]


def tokenizer(folder):
    with tempfile.TemporaryDirectory() as temporary:
        vocab = os.path.join(temporary, "vocab.txt")
        with open(vocab, "w") as file:
            file.write("\n".join(PIECES) + "\n")
        made = MPNetTokenizerFast(vocab_file=vocab, model_max_length=64)
        made.save_pretrained(temporary)
        read = lambda name: json.load(open(os.path.join(temporary, name)))
        cases = [{"words": words, "ids": made(words, is_split_into_words=True)["input_ids"]} for words in WORDS]
        config = read("tokenizer_config.json")
        with open(os.path.join(folder, "mpnet_tokenizer.json"), "w") as file:
            json.dump({"file": read("tokenizer.json"), "config": config, "cases": cases}, file)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    folder = folder_of(args)
    for name, (options, lengths) in VARIANTS.items():
        variant(name, options, lengths, folder)
    buckets(folder)
    tokenizer(folder)


main()
