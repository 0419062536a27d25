"""One batch of a GLiNER model, stage by stage, in a file: the Python side of `npm run -s trace`.

    python dump_batch.py --model DIR --data FILE.jsonl --out DUMP.safetensors [--types person,city] [--records 4]
    npm run -s trace -- --model DIR --data FILE.jsonl --against DUMP.safetensors

It runs whatever GLiNER this interpreter imports, a release (0.1.2 to 0.1.14, 0.2.3 and later) or your own fork, and changes
nothing in it: what the modules take and give is read by hooks. Dropout is off. The file holds words, types, ids, masks, the
encoder's layers, words before and after the LSTM, spans, scores, the loss, and of every parameter its value, its gradient and its
value after one step of the package's own optimiser: of long ones every n-th value and the norm (--keep 0: all).

Needs nothing but gliner, and accelerate from 0.2.3 on.
"""

import argparse
import inspect
import json
import math
import os
import random
import sys
import tempfile
import warnings
from importlib.metadata import PackageNotFoundError, version

warnings.filterwarnings("ignore")

FORMAT = 1
CONFIG = ["span_mode", "max_width", "max_len", "hidden_size", "subtoken_pooling", "num_rnn_layers", "class_token_index", "embed_ent_token"]
"""Keys of the configuration that both sides must agree on; what a version does not have is left out."""


def main(words=None, plant=lambda model, core: None):
    args = parse(words)
    import torch

    records = read(args.data, args.records)
    random.seed(args.seed)
    torch.manual_seed(args.seed)
    side = OldSide(args.model) if is_old() else Side(args.model)
    plant(side.model, side.core)
    side.without_dropout()
    # The splitter's words of the text, and the record's own words, which training takes.
    texts = [{"tokens": r["tokens"], "words": side.split(" ".join(r["tokens"]))} for r in records]
    batch = side.batch([given(record, args.types) for record in records])
    for text, types in zip(texts, batch["types"]):
        text["types"] = types
    seen = Seen(side.core)
    options = side.loss_options(args.loss)
    scores, loss = side.forward(batch["inputs"], options)
    loss.backward()
    tensors = {**batch["tensors"], **seen.tensors, "scores": scores, "loss": loss}
    norms = {}
    parameters = list(side.core.named_parameters())
    keep_parameters("weights", ((name, p.data) for name, p in parameters), args.keep, tensors, norms)
    keep_parameters("gradients", ((name, p.grad) for name, p in parameters if p.grad is not None), args.keep, tensors, norms)
    rates = {"lr_encoder": args.lr_encoder, "lr_others": args.lr_others, "weight_decay_encoder": 0.01, "weight_decay_other": 0.01}
    side.optimizer(rates).step()
    keep_parameters("after", ((name, p.data) for name, p in parameters), args.keep, tensors, norms)
    write(args.out, tensors, {
        "format": FORMAT, **versions(), "model": os.path.basename(os.path.abspath(args.model)), "seed": args.seed, "asked": args.types,
        "config": {key: value for key in CONFIG if (value := getattr(side.config, key, None)) is not None},
        "loss": options, "step": rates, "keep": args.keep, "texts": texts, "norms": norms,
    })
    print(f"{args.out}: {len(texts)} texts, {len(tensors)} tensors, loss {loss.item():.6g}")


def parse(words):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", required=True, help="a folder of save_pretrained")
    parser.add_argument("--data", required=True, help="records, one a line: tokens (or tokenized_text) and ner")
    parser.add_argument("--out", required=True)
    parser.add_argument("--records", type=int, default=4, help="how many of the file's first records make the batch (default 4)")
    parser.add_argument("--types", type=lambda text: text.split(","), help="asked of every text; else the package draws them as in training")
    parser.add_argument("--loss", type=pairs, default={}, help="alpha=.75,gamma=2,reduction=sum: handed to the loss (default: none of them)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=int, default=4096, help="values kept of a parameter; 0 = all")
    parser.add_argument("--lr-encoder", type=float, default=1e-3, help="of the one step (large, so that it can be seen in float32)")
    parser.add_argument("--lr-others", type=float, default=1e-3)
    return parser.parse_args(words)


def pairs(text):
    number = lambda value: float(value) if value.replace(".", "").replace("-", "").isdigit() else value
    return {key: number(value) for key, value in (pair.split("=") for pair in text.split(","))}


def read(path, count):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    values = json.loads(text) if text.lstrip().startswith("[") else [json.loads(line) for line in text.splitlines() if line.strip()]
    return [{"tokens": v.get("tokens") or v["tokenized_text"], "ner": v["ner"]} for v in values[:count]]


def given(record, types):
    """A record under every name that a version has for its keys."""
    ner = [tuple(span) for span in record["ner"]]
    found = {"tokenized_text": list(record["tokens"]), "ner": ner}
    return found if types is None else {**found, "label": list(types), "ner_labels": list(types)}


def release():
    try:
        return tuple(int("".join(c for c in part if c.isdigit()) or 0) for part in version("gliner").split(".")[:3])
    except PackageNotFoundError:
        # A fork on the path that nobody has installed.
        return (0, 2, 29)


def is_old():
    if (0, 2, 0) <= release() < (0, 2, 3):
        sys.exit("dump_batch.py: 0.2.0 to 0.2.2 have a data pipeline of their own that this script does not know; take 0.1.14 or 0.2.3.")
    return release() < (0, 2, 0)


def versions():
    found = {"python": sys.version.split()[0]}
    for name in ("gliner", "torch", "transformers"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed as a package"
    return found


class Side:
    """0.2.3 and later: a model with a data processor, and transformers' Trainer."""

    def __init__(self, folder):
        from gliner import GLiNER

        self.model = self.loaded(GLiNER, folder)
        self.core, self.config, self.processor = self.model.model, self.model.config, self.model.data_processor

    @staticmethod
    def loaded(GLiNER, folder):
        """With the folder's own tokenizer, which 0.2.3 takes from the encoder unless told; 0.2.3 and 0.2.23 read torch's own file alone."""
        try:
            return GLiNER.from_pretrained(folder, local_files_only=True, load_tokenizer=True)
        except (FileNotFoundError, TypeError) as error:
            if "safe_open" not in str(error) and "pytorch_model.bin" not in str(error):
                raise
        import torch
        from safetensors.torch import load_file

        other = tempfile.mkdtemp()
        for name in os.listdir(folder):
            if name != "model.safetensors":
                os.symlink(os.path.abspath(os.path.join(folder, name)), os.path.join(other, name))
        torch.save(load_file(os.path.join(folder, "model.safetensors")), os.path.join(other, "pytorch_model.bin"))
        return GLiNER.from_pretrained(other, local_files_only=True, load_tokenizer=True)

    def split(self, text):
        splitter = getattr(self.processor, "words_splitter", None) or getattr(self.processor, "word_splitter", None)
        return [word for word, *_ in splitter(text)]

    def batch(self, records):
        raw = self.processor.collate_raw_batch(records)
        collate = getattr(self.processor, "collate_fn", None) or self.processor.tokenize_and_prepare_labels
        inputs = dict(collate(raw, True))
        inputs.update(span_idx=raw["span_idx"], span_mask=raw["span_mask"], text_lengths=raw["seq_length"])
        names = raw["classes_to_id"]
        types = [list(names if isinstance(names, dict) else names[b]) for b in range(len(records))]
        kept = {"ids": "input_ids", "attention_mask": "attention_mask", "words_mask": "words_mask", "labels": "labels"}
        tensors = {ours: inputs[theirs] for ours, theirs in kept.items()}
        tensors["words_mask"] = numbered(tensors["words_mask"])
        return {"inputs": inputs, "types": types, "tensors": {**tensors, "span_mask": raw["span_mask"]}}

    def without_dropout(self):
        self.core.eval()

    def loss_options(self, given):
        return {"alpha": -1, "gamma": 0, "reduction": "sum", **given}

    def forward(self, inputs, options):
        output = self.core(**inputs, **options)
        return output.logits, output.loss

    def optimizer(self, rates):
        from gliner.training import Trainer, TrainingArguments

        # Without the rest of a training: its method alone, on the model that a training would give it.
        trainer = object.__new__(Trainer)
        trainer.args = TrainingArguments(
            output_dir=tempfile.gettempdir(), learning_rate=rates["lr_encoder"], weight_decay=rates["weight_decay_encoder"],
            others_lr=rates["lr_others"], others_weight_decay=rates["weight_decay_other"], report_to=[])
        trainer.model, trainer.optimizer = self.model, None
        return trainer.create_optimizer()


def numbered(words_mask):
    """0.2.3 marks the first subword of every word with a 1 and counts while it reads them; later releases write the word's number."""
    marks = int(words_mask.max()) == 1
    return words_mask.cumsum(1) * words_mask if marks else words_mask


class OldSide:
    """0.1.2 to 0.1.14: one class whose configuration is a namespace, its encoder inside of flair."""

    def __init__(self, folder):
        from gliner import GLiNER
        from safetensors.torch import load_file

        with open(os.path.join(folder, "gliner_config.json")) as file:
            values = json.load(file)
        encoder = encoder_folder(folder, values)
        defaults = {"fine_tune": True, "random_drop": True, "shuffle_types": True, "size_sup": -1, "max_neg_type_ratio": 1, "max_types": 25}
        self.config = argparse.Namespace(**{**defaults, **{k: v for k, v in values.items() if v is not None}, "model_name": encoder})
        self.model = self.core = GLiNER(self.config)
        weights = os.path.join(folder, "model.safetensors")
        if not os.path.exists(weights):
            sys.exit(f"dump_batch.py: {weights} is not there; save the model as safetensors.")
        missing = self.core.load_state_dict(load_file(weights), strict=False)
        lost = [name for name in missing.missing_keys if "position_ids" not in name]
        if lost:
            sys.exit(f"dump_batch.py: {weights} has no {', '.join(lost[:3])}: it is a model of another version.")

    def split(self, text):
        if hasattr(self.model, "token_splitter"):
            return [word for word, *_ in self.model.token_splitter(text)]
        import re

        # Before 0.1.6 the expression stands in the middle of `batch_predict_entities`.
        return re.findall(r"\w+(?:[-_]\w+)*|\S", text)

    def batch(self, records):
        import torch

        x = self.model.collate_fn(records)
        types = [list(classes) for classes in x["classes_to_id"]]
        ids, width = x["span_label"], max(map(len, types))
        # 0 = none, -1 = past the end of the text.
        labels = torch.stack([(ids == c + 1).float() for c in range(width)], -1)
        return {"inputs": x, "types": types, "tensors": {"labels": labels, "span_mask": x["span_mask"]}}

    def without_dropout(self):
        """Out of training flair computes no gradient: every dropout by itself."""
        self.core.train()
        for module in self.core.modules():
            if "Dropout" in type(module).__name__:
                setattr(module, "drop_prob" if hasattr(module, "drop_prob") else "p", 0)

    def loss_options(self, given):
        """0.1.14 reads them of its configuration, which has no defaults; releases before it have no such keys."""
        return {"alpha": -1, "gamma": 0, "reduction": "sum", **given} if release() >= (0, 1, 14) else given

    def forward(self, inputs, options):
        for key, value in options.items():
            setattr(self.config, f"loss_{key}", value)
        before, seen = self.model.compute_score_train, []
        self.model.compute_score_train = lambda x: seen.append(before(x)) or seen[0]
        loss = self.model(inputs)
        self.model.compute_score_train = before
        return seen[0][0], loss

    def optimizer(self, rates):
        takes = inspect.signature(self.model.get_optimizer).parameters
        decays = [rates["weight_decay_encoder"], rates["weight_decay_other"]] if "weight_decay_encoder" in takes else []
        return self.model.get_optimizer(rates["lr_encoder"], rates["lr_others"], *decays)


def encoder_folder(folder, values):
    """The encoder's own folder, which flair wants: from what a newer version has saved beside the model, without its marks."""
    if not values.get("encoder_config"):
        return values["model_name"]
    import torch
    from transformers import AutoConfig, AutoModel, AutoTokenizer

    kind = values["encoder_config"].pop("model_type")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    marks = [token for token in ("[FLERT]", "<<ENT>>", "<<SEP>>") if token in tokenizer.get_vocab()]
    values["encoder_config"]["vocab_size"] = len(tokenizer) - len(marks)
    out = tempfile.mkdtemp()
    AutoModel.from_config(AutoConfig.for_model(kind, **values["encoder_config"])).save_pretrained(out)
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "spm.model"):
        path = os.path.join(folder, name)
        if os.path.exists(path):
            copy_without(path, os.path.join(out, name), marks)
    return out


def copy_without(path, out, marks):
    """A tokenizer's file without the marks that the old code adds by itself, at the same ids."""
    with open(path, "rb") as file:
        data = file.read()
    if path.endswith(".json"):
        value = json.loads(data)
        if isinstance(value.get("added_tokens"), list):
            value["added_tokens"] = [t for t in value["added_tokens"] if t["content"] not in marks]
        if "added_tokens_decoder" in value:
            value["added_tokens_decoder"] = {i: t for i, t in value["added_tokens_decoder"].items() if t["content"] not in marks}
        value.pop("additional_special_tokens", None)
        value.pop("extra_special_tokens", None)
        data = json.dumps(value).encode()
    with open(out, "wb") as file:
        file.write(data)


class Seen:
    """What the modules take and give, by hooks: names of modules are the same in all versions."""

    def __init__(self, core):
        from transformers import PreTrainedModel

        self.tensors = {}
        encoder = next(module for module in core.modules() if isinstance(module, PreTrainedModel))
        encoder.register_forward_pre_hook(self.ids, with_kwargs=True)
        encoder.embeddings.register_forward_hook(self.give("encoder.0"))
        for n, layer in enumerate(encoder.encoder.layer):
            layer.register_forward_hook(self.give(f"encoder.{n + 1}"))
        projection = getattr(core.token_rep_layer, "projection", None)
        if projection is not None:
            projection.register_forward_hook(self.give("tokens"))
        if getattr(core, "rnn", None) is not None:
            core.rnn.register_forward_hook(self.both("words", "lstm"))
        core.span_rep_layer.register_forward_hook(self.both("words", "spans"))
        core.prompt_rep_layer.register_forward_hook(self.both("types", "types_projected"))

    def ids(self, _, args, kwargs):
        given = {"input_ids": args[0] if args else None, **kwargs}
        for name, key in (("ids", "input_ids"), ("attention_mask", "attention_mask")):
            if given.get(key) is not None:
                self.tensors[name] = given[key].detach()

    def keep(self, name, value):
        # transformers gives tuples, the old code packed ones with their mask.
        while isinstance(value, (tuple, list)):
            value = value[0]
        self.tensors.setdefault(name, value.detach())

    def give(self, name):
        return lambda _, args, output: self.keep(name, output)

    def both(self, taken, given):
        def hook(_, args, output):
            if args:
                self.keep(taken, args[0])
            self.keep(given, output)

        return hook


def keep_parameters(stage, named, keep, tensors, norms):
    for name, value in named:
        flat = value.detach().double().flatten()
        stride = math.ceil(len(flat) / keep) if keep else 1
        tensors[f"{stage}/{name}"] = flat[::stride].float().clone()
        norms.setdefault(name, {})[stage] = flat.norm().item()


def write(path, tensors, about):
    import torch
    from safetensors.torch import save_file

    def plain(value):
        value = value.detach().cpu()
        return (value.to(torch.int32) if not value.is_floating_point() else value.float()).contiguous().clone()

    whole = path + ".part"
    save_file({name: plain(value) for name, value in tensors.items()}, whole, metadata={"trace": json.dumps(about)})
    os.replace(whole, path)


if __name__ == "__main__":
    main()
