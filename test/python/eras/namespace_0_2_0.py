"""0.2.0 to 0.2.2: as before, but data apart from the model, and a class of its own for spans."""

import torch

import namespace_0_1 as before
from common import Config, Played, bare
from gliner.model import SpanGLiNER
from gliner.modules import data as data_file
from gliner.modules.token_splitter import WhitespaceTokenSplitter
from namespace_0_1 import *  # noqa: F403

before.GLiNER = SpanGLiNER


def loss_cases(release):
    both = ["sum", "mean"]
    return [{"alpha": 0, "gamma": 0, "reductions": both}, {"alpha": -1, "gamma": 0, "reductions": both},
            {"alpha": 0.75, "gamma": 2, "reductions": both}]


def multi_labels(release):
    return [False, True]


def sample(records, config, script, release):
    # random_drop stands in the configuration and is read by nothing.
    data = data_file.SpanData(Config(random_drop=True, max_len=384, max_width=2, **config))
    with Played(data_file, script):
        return [list(classes) for classes in data.collate_fn(records)["classes_to_id"]]


def splitter():
    return WhitespaceTokenSplitter()


def collate(records, types, config, release):
    data = data_file.SpanData(Config(**config))
    return before.labels_of(data, data.collate_fn, records, types)
