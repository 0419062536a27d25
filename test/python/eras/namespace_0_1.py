"""0.1.2 to 0.1.14: one model class whose configuration is a plain namespace."""

from importlib.metadata import version

import torch

from common import NAMES, Config, Played, at_least, bare
from gliner import model as model_file
from gliner.model import GLiNER
from gliner.modules import base as base_file
from gliner.modules import evaluator as evaluator_file
from gliner.modules.layers import LstmSeq2SeqEncoder
from gliner.modules.span_rep import SpanRepLayer


def loss_cases(release):
    if not at_least(release, "0.1.14"):
        return [{"reductions": ["sum"]}]
    both = ["sum", "mean"]
    return [{"reductions": both}, {"alpha": 0.75, "gamma": 2, "reductions": both}, {"alpha": 0, "gamma": 0, "reductions": both},
            {"alpha": -1, "gamma": 0, "reductions": both}]


def loss(batch, args):
    # config.yaml of 0.1.14 has .75 and 2; older code reads neither.
    config = Config(loss_alpha=args.get("alpha", 0.75), loss_gamma=args.get("gamma", 2), loss_reduction=args["reduction"])
    model = bare(GLiNER, config=config)
    model.compute_score_train = lambda _: (batch["logits"], batch["shape"][3], batch["type_mask"])
    return model({"span_label": batch["ids"].clone()})


def multi_labels(release):
    return [False, True] if at_least(release, "0.1.10") else [False]


def decode(logits, tokens, classes, threshold, flat, multi):
    model = bare(GLiNER, config=Config(), weight=torch.nn.Parameter(torch.zeros(1)))
    model.compute_score_eval = lambda _, device: logits
    x = {"tokens": tokens, "id_to_classes": {c + 1: name for c, name in enumerate(classes)}}
    found = model.predict(x, flat_ner=flat, threshold=threshold, **({"multi_label": True} if multi else {}))
    return [[list(span[:3]) for span in spans] for spans in found]


def type_names(release):
    return NAMES


def draws_from_corpus(release):
    return False


def sample(records, config, script, release):
    data = bare(base_file.InstructBase, base_config=Config(random_drop=True, max_len=384, **config), max_width=2)
    with Played(base_file, script):
        return [list(classes) for classes in data.collate_fn(records)["classes_to_id"]]


def optimizer(encoder, rates, release):
    model = bare(GLiNER, rnn=lstm(8), span_rep_layer=span_layer("markerV0", 8, 2), token_rep_layer=encoder,
                 prompt_rep_layer=torch.nn.Sequential(torch.nn.Linear(8, 8)))
    decays = []
    if at_least(release, "0.1.14"):
        decays = [rates["weight_decay_encoder"], rates["weight_decay_other"]]
    # train.py, which is no part of the package, clips nothing.
    return model, model.get_optimizer(rates["lr_encoder"], rates["lr_others"], *decays), 0


def span_layer(mode, D, K):
    return SpanRepLayer(span_mode=mode, hidden_size=D, max_width=K, dropout=0.4)


def run_spans(layer, h, index, mask, lengths):
    return layer(h, index)


def lstm(D):
    return LstmSeq2SeqEncoder(input_size=D, hidden_size=D // 2, num_layers=1, bidirectional=True)


def splitter():
    """Before 0.1.6 the expression stands in the middle of `batch_predict_entities`: its words are taken from there."""
    if hasattr(model_file, "WhitespaceTokenSplitter"):
        return model_file.WhitespaceTokenSplitter()

    def split(text):
        model = bare(GLiNER, config=Config())
        seen = []
        model.collate_fn = lambda batch, labels: seen.extend(batch[0]["tokenized_text"])
        # Every word as an entity: its place in the text comes back. 0.1.5 wants a score with it.
        score = [1.0] if at_least(version("gliner"), "0.1.5") else []
        model.predict = lambda x, **_: [[(i, i, "x", *score) for i in range(len(seen))]]
        return [(word, found["start"], found["end"]) for word, found in zip(seen, model.batch_predict_entities([text], ["x"])[0])]

    return split


def evaluate(gold, predicted, release):
    # 0.1.5 predicts with scores, and its evaluator fails on every such prediction: it is given those of before.
    scored = [[[*span, 1.0] for span in spans] for spans in predicted] if at_least(release, "0.1.6") else predicted
    typed = evaluator_file.Evaluator(gold, scored).transform_data()
    return evaluator_file.compute_prf(*typed)


def collate(records, types, config, release):
    """Flair makes the ids inside of the encoder; here: words kept, span mask, labels."""
    data = bare(base_file.InstructBase, base_config=Config(max_len=config["max_len"]), max_width=config["max_width"])
    return labels_of(data, data.collate_fn, records, types)


def labels_of(data, collate_fn, records, types):
    """`label` gives the types; they are asked for in alphabetical order."""
    data.get_negatives = lambda *_: []
    data_config = getattr(data, "base_config", None) or data.config
    vars(data_config).update(max_neg_type_ratio=0, random_drop=False, max_types=100)
    x = collate_fn([{**record, "label": list(asked)} for record, asked in zip(records, types)])
    ids = x["span_label"]
    C = max(len(classes) for classes in x["classes_to_id"])
    hot = [[[float(id == c + 1) for c in range(C)] for id in row] for row in ids.tolist()]
    return {"asked": [list(classes) for classes in x["classes_to_id"]], "tokens": x["tokens"], "labels": hot,
            "span_mask": x["span_mask"].int().tolist()}
