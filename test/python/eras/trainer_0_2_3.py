"""0.2.3 to 0.2.29: transformers' Trainer, processors, decoders; the names of the classes change with 0.2.23."""

import contextlib
import dataclasses
import importlib
import os
import tempfile
from types import SimpleNamespace

import torch

from common import NAMES, Config, Played, at_least, bare
from gliner.data_processing import processor as processor_file
from gliner.decoding.decoder import SpanDecoder
from gliner.modeling import base as model_file
from gliner.modeling.layers import LstmSeq2SeqEncoder
from gliner.modeling.span_rep import SpanRepLayer
from gliner.training import trainer as trainer_file

SpanModel = getattr(model_file, "SpanModel", None) or model_file.UniEncoderSpanModel
SpanProcessor = getattr(processor_file, "SpanProcessor", None) or processor_file.UniEncoderSpanProcessor
TINY = os.path.join(os.path.dirname(__file__), "..", "..", "golden", "tiny_bert")


def loss_cases(release):
    both = ["sum", "mean"]
    cases = [{"reductions": both, **args} for args in ({"alpha": -1, "gamma": 0}, {"alpha": 0.75, "gamma": 0}, {"alpha": 0.25, "gamma": 2})]
    # With arguments by place (0.2.22) a smoothing is something else: the case without arguments shows it.
    if release != "0.2.22":
        cases.append({"label_smoothing": 0.1, "alpha": -1, "gamma": 0, "reductions": both})
    if at_least(release, "0.2.23"):
        cases.append({"prob_margin": 0.2, "alpha": 0.75, "gamma": 0, "reductions": both})
    if at_least(release, "0.2.18") and release != "0.2.22":
        cases += [{"masking": kind, "negatives": 0.5, "alpha": -1, "gamma": 0, "reductions": ["sum"]} for kind in ("global", "label", "span")]
    return cases


def loss(batch, args):
    """As a training step hands them on: the trainer's defaults, and what is set."""
    spelling = {"alpha": "focal_loss_alpha", "gamma": "focal_loss_gamma", "prob_margin": "focal_loss_prob_margin", "reduction": "loss_reduction"}
    defaults = {field.name: field.default for field in dataclasses.fields(trainer_file.TrainingArguments)}
    # 0.2.18 has two as plain attributes of the class: constants.
    constants = {name: getattr(trainer_file.TrainingArguments, name, None) for name in ("negatives", "masking")}
    trainer = SimpleNamespace(args=SimpleNamespace(**{**constants, **defaults, **{spelling.get(key, key): value for key, value in args.items()}}))
    B, W, K, C = batch["shape"]
    masks = batch["type_mask"], batch["span_mask"].view(B, W, K)
    given = {}
    trainer_file.Trainer.compute_loss(trainer, lambda **kwargs: given.update(kwargs) or SimpleNamespace(loss=torch.zeros(())), {})
    model = bare(SpanModel, config=Config())
    with uniform(batch["uniform"]):
        return model.loss(batch["logits"], batch["labels"].view(B, W, K, C), *masks, **given)


@contextlib.contextmanager
def uniform(values):
    before = torch.rand_like
    torch.rand_like = lambda like, **_: values.to(torch.float32).reshape(like.shape)
    try:
        yield
    finally:
        torch.rand_like = before


def multi_labels(release):
    return [False, True]


def decode(logits, tokens, classes, threshold, flat, multi):
    names = {c + 1: name for c, name in enumerate(classes)}
    found = SpanDecoder(Config(decoder_mode=None)).decode(tokens, names, logits, flat_ner=flat, threshold=threshold, multi_label=multi)
    plain = lambda span: [span.start, span.end, span.entity_type] if hasattr(span, "entity_type") else list(span[:3])
    return [[plain(span) for span in spans] for spans in found]


def draws_from_corpus(release):
    return not at_least(release, "0.2.9")


def create_dataset(folder):
    for name in ("evaluate_ner", "evaluate"):
        with contextlib.suppress(ImportError):
            return importlib.import_module(f"gliner.evaluation.{name}").create_dataset(folder)
    raise ImportError("gliner.evaluation has no create_dataset")


def type_names(release):
    """GLiNERDataset takes 50 types of the training set and fails where it has fewer."""
    return [f"type {n}" for n in range(60)] if draws_from_corpus(release) else NAMES


def processor(config, release, tokenizer=None):
    made = object.__new__(SpanProcessor)
    made.config, made.transformer_tokenizer = Config(decoder_mode=None, labels_decoder=None, **config), tokenizer
    made.labels_tokenizer, made.decoder_tokenizer = None, None
    made.ent_token, made.sep_token = "<<ENT>>", "<<SEP>>"
    # GLiNERDataset, which train.py used until 0.2.8, makes its processor so.
    made.preprocess_text = draws_from_corpus(release)
    return made


def sample(records, config, script, release):
    data = processor({"max_len": 384, "max_width": 2, **config}, release)
    with contextlib.ExitStack() as stack:
        for name in ("processor", "utils"):
            module = importlib.import_module(f"gliner.data_processing.{name}")
            if hasattr(module, "random"):
                stack.enter_context(Played(module, script))
        if not draws_from_corpus(release):
            return [list(classes) for classes in data.collate_raw_batch(records)["classes_to_id"]]
        return [from_dataset(data, record, script, release) for record in records]


def from_dataset(data, record, script, release):
    """As `GLiNERDataset.__getitem__` does; its set of types as a list, which 0.2.3 lacks: there `random.sample` fails since Python 3.11."""
    dataset_file = importlib.import_module("gliner.data_processing.dataset")
    dataset = object.__new__(dataset_file.GLiNERDataset)
    dataset.all_entities, dataset.max_negatives = type_names(release), 50
    # The order of the sample is random already: shuffling it once more draws nothing here.
    chooser = SimpleNamespace(sample=script.sample, shuffle=lambda items: None)
    with Played(dataset_file, chooser):
        negatives = dataset._get_negatives()
    return list(data.collate_raw_batch([record], negatives=negatives)["classes_to_id"][0])


def optimizer(encoder, rates, release):
    model = bare(SpanModel, rnn=lstm(8), span_rep_layer=span_layer("markerV0", 8, 2), token_rep_layer=encoder,
                 prompt_rep_layer=torch.nn.Sequential(torch.nn.Linear(8, 8)))
    trainer = object.__new__(trainer_file.Trainer)
    trainer.args = trainer_file.TrainingArguments(
        output_dir=tempfile.gettempdir(), learning_rate=rates["lr_encoder"], weight_decay=rates["weight_decay_encoder"],
        others_lr=rates["lr_others"], others_weight_decay=rates["weight_decay_other"], use_cpu=True, report_to=[])
    trainer.model, trainer.optimizer = model, None
    return model, trainer.create_optimizer(), trainer.args.max_grad_norm


def span_layer(mode, D, K):
    return SpanRepLayer(span_mode=mode, hidden_size=D, max_width=K, dropout=0.4)


def run_spans(layer, h, index, mask, lengths):
    return layer(h, index)


def lstm(D):
    return LstmSeq2SeqEncoder(Config(hidden_size=D))


def splitter():
    # Without an argument 0.2.22 asks for the language first; configurations say "whitespace".
    return importlib.import_module("gliner.data_processing").WordsSplitter("whitespace")


def evaluate(gold, predicted, release):
    module = importlib.import_module("gliner.evaluation.evaluator")
    scored = [[[*span, 1.0] for span in spans] for spans in predicted]
    if hasattr(module, "BaseNEREvaluator"):
        judge = module.BaseNEREvaluator(gold, [[Predicted(*span) for span in spans] for spans in scored])
        return judge.compute_prf(*judge.transform_data())
    try:
        typed = module.Evaluator(gold, scored).transform_data()
    except ValueError:
        # A prediction with the place of a generated label before its score: 0.2.22.
        typed = module.Evaluator(gold, [[[*span[:3], None, span[3]] for span in spans] for spans in scored]).transform_data()
    return module.compute_prf(*typed)


class Predicted(tuple):
    """A prediction as a tuple, and with the names that 0.2.26 gives it."""

    def __new__(cls, start, end, entity_type, score):
        made = super().__new__(cls, (start, end, entity_type, score))
        made.start, made.end, made.entity_type, made.score = start, end, entity_type, score
        return made


def tokenizer(release):
    """The marks as a release adds them to a new model's tokenizer: no special tokens until 0.2.8, or preprocessing loses them."""
    import transformers

    if at_least(release, "0.2.9"):
        return transformers.AutoTokenizer.from_pretrained(TINY)
    made = transformers.BertTokenizerFast(os.path.join(TINY, "vocab.txt"), do_lower_case=True)
    made.add_tokens(["[FLERT]", "<<ENT>>", "<<SEP>>"])
    return made


def collate(records, types, config, release):
    data = processor({"max_neg_type_ratio": 0, "max_types": 100, **config}, release, tokenizer(release))
    key = "ner_labels" if at_least(release, "0.2.23") else "label"
    raw = data.collate_raw_batch([{**record, key: list(asked)} for record, asked in zip(records, types)])
    x = data.collate_fn(raw, prepare_labels=True) if hasattr(data, "collate_fn") else data.tokenize_and_prepare_labels(raw, True)
    masks = x["words_mask"].tolist()
    if not at_least(release, "0.2.6"):
        # Marks there, places since.
        masks = [[mark * sum(row[: t + 1]) for t, mark in enumerate(row)] for row in masks]
    return {"asked": [list(classes) for classes in raw["classes_to_id"]], "tokens": raw["tokens"], "labels": x["labels"].tolist(),
            "span_mask": raw["span_mask"].int().tolist(), "input_ids": x["input_ids"].tolist(),
            "attention_mask": x["attention_mask"].tolist(), "words_mask": masks}
