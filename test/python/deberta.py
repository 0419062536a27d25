"""Fixtures of DeBERTa-v2 encoders that no tiny model has: transformers' own code on random weights.

    python deberta.py OUT_DIR [--seed 1]

Writes OUT_DIR/encoder/deberta_*.safetensors: parameters, input, output, gradients of sum(output * R), and in the metadata
the configuration; and OUT_DIR/encoder/relative_positions.json, the buckets of distances. Needs transformers 4.57 and torch.
"""

import argparse
import json
import os

import torch
from transformers import DebertaV2Config, DebertaV2Model
from transformers.models.deberta_v2.modeling_deberta_v2 import make_log_bucket_position

from encoder_fixture import drawn, drawn_ids, folder_of, write

COMMON = dict(
    vocab_size=40,
    hidden_size=16,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=24,
    max_position_embeddings=64,
    hidden_act="gelu",
    layer_norm_eps=1e-7,
    type_vocab_size=0,
    position_biased_input=False,
)

# One switch and more away from v3 in each.
VARIANTS = {
    "xlarge_like": dict(
        relative_attention=True, pos_att_type="c2p|p2c", share_att_key=True, norm_rel_ebd="layer_norm",
        position_buckets=8, conv_kernel_size=3, conv_act="gelu",
    ),
    "own_matrices": dict(
        relative_attention=True, pos_att_type=["p2c", "c2p"], share_att_key=False, norm_rel_ebd="none",
        position_buckets=4, position_biased_input=True, type_vocab_size=2, embedding_size=12,
    ),
    "no_buckets_c2p": dict(relative_attention=True, pos_att_type="c2p", share_att_key=True, max_relative_positions=3),
    "p2c_relu": dict(
        relative_attention=True, pos_att_type="p2c", share_att_key=False, position_buckets=6, hidden_act="relu",
        norm_rel_ebd="layer_norm",
    ),
    "absolute_conv_groups": dict(
        relative_attention=False, pos_att_type=None, position_biased_input=True, conv_kernel_size=5, conv_groups=4,
    ),
}


def variant(name, options, lengths, folder):
    config = DebertaV2Config(**{**COMMON, **options})
    if "embedding_size" in options:
        config.embedding_size = options["embedding_size"]
    model = drawn(DebertaV2Model(config))
    ids, mask = drawn_ids(config, lengths, first=1, pad=0)
    write(model, ids, mask, lengths, os.path.join(folder, f"deberta_{name}.safetensors"))


def positions(folder):
    cases = []
    for buckets, longest in ((4, 64), (6, 64), (8, 128), (16, 128), (32, 512), (64, 1024), (256, 512)):
        deltas = torch.arange(-longest + 1, longest)
        found = make_log_bucket_position(deltas, buckets, longest).long().tolist()
        cases.append({"buckets": buckets, "longest": longest, "first": -longest + 1, "bucket": found})
    with open(os.path.join(folder, "relative_positions.json"), "w") as file:
        json.dump({"cases": cases}, file)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    folder = folder_of(args)
    # Texts of one subword, of equal and of ragged length, and longer than the table of relative positions is wide.
    for index, (name, options) in enumerate(VARIANTS.items()):
        variant(name, options, [[7, 5, 1], [12, 3], [9, 9], [1], [6, 11, 2, 8]][(index + args.seed - 1) % 5], folder)
    positions(folder)


main()
