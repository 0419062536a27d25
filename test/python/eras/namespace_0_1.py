"""0.1.2 to 0.1.14: one model class whose configuration is a plain namespace."""

from importlib.metadata import version

import torch

from common import NAMES, Config, Played, at_least, bare
from gliner import model as model_file
from gliner.model import GLiNER
from gliner.modules import base as base_file
from gliner.modules import evaluator as evaluator_file
from gliner.modules.layers import LstmSeq2SeqEncoder
from gliner.modules.run_evaluation import create_dataset
from gliner.modules.span_rep import SpanRepLayer
from gliner.modules.token_rep import TokenRepLayer


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


def encoder():
    """The small BERT's vocabulary with random weights, for Flair to load; its rows are told apart by their vectors."""
    import os
    import tempfile

    import transformers

    folder = tempfile.mkdtemp()
    tiny = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "golden", "tiny_bert")
    tokenizer = transformers.BertTokenizerFast(os.path.join(tiny, "vocab.txt"), do_lower_case=True)
    tokenizer.save_pretrained(folder)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    torch.manual_seed(0)
    transformers.BertModel(transformers.BertConfig(vocab_size=len(tokenizer), **sizes)).save_pretrained(folder)
    return TokenRepLayer(folder, hidden_size=16, add_tokens=["<<ENT>>", "<<SEP>>"]).eval()


_encoder = []


@torch.no_grad()
def prompt_ids(tokens, types):
    layer = _encoder[0] if _encoder else _encoder.append(encoder()) or _encoder[0]
    seen = []
    bert = layer.bert_layer.model
    hook = bert.register_forward_hook(
        lambda module, args, kwargs, result: seen.append((kwargs.get("input_ids", args[0] if args else None), kwargs.get("attention_mask"), result)),
        with_kwargs=True)
    whole = [[mark for one in asked for mark in ("<<ENT>>", one)] + ["<<SEP>>"] + words for words, asked in zip(tokens, types)]
    vectors = layer(whole, torch.tensor([len(words) for words in whole]))["embeddings"]
    hook.remove()
    (ids, mask, result), = seen
    # Which subword's vector a word has: the row that is the same.
    places = [[(result[0][b] - vectors[b, w]).abs().sum(-1).argmin().item() for w in range(len(words))] for b, words in enumerate(whole)]
    return {"input_ids": ids.tolist(), "attention_mask": (torch.ones_like(ids) if mask is None else mask).tolist(), "places": places}
