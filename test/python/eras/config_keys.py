"""Which keys of a configuration a release's package reads, found by running it.

    python config_keys.py OUT.json official/*.yaml

A tiny model with a configuration that writes down what it is asked for: built, a batch made, a loss and its gradients, the
optimiser (0.1.2 to 0.2.2, where the model makes it), a prediction. What train.py reads is not seen: no release has train.py in it.

`defaults`: what the class of a configuration takes for a key of these files that is not given, by its own signature; until 0.2.2
a configuration has no class and takes nothing.
"""

import argparse
import inspect
import json
import os
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")
sys.dont_write_bytecode = True

from importlib.metadata import version

import torch
import transformers
import yaml

from common import at_least

TINY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "golden", "tiny_bert")
RECORDS = [
    {"tokenized_text": ["Marie", "Curie", "in", "Paris"], "ner": [[0, 1, "person"], [3, 3, "city"]]},
    {"tokenized_text": ["the", "cat"], "ner": [[1, 1, "animal"]]},
]


class Recorded:
    """Writes down every key that is asked for, by attribute, `in` or `hasattr`, once it is armed."""

    asked = None

    def __getattribute__(self, name):
        asked = type(self).asked
        if asked is not None and not name.startswith("__"):
            asked.add(name)
        return super().__getattribute__(name)

    def __contains__(self, name):
        if type(self).asked is not None:
            type(self).asked.add(name)
        return name in object.__getattribute__(self, "__dict__")


def encoder(folder):
    """A BERT of two layers; the head's size differs from its own, so that a projection is built too."""
    tokenizer = transformers.BertTokenizerFast(os.path.join(TINY, "vocab.txt"), do_lower_case=True)
    tokenizer.save_pretrained(folder)
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    transformers.BertModel(transformers.BertConfig(vocab_size=len(tokenizer), **sizes)).save_pretrained(folder)


def from_namespace(values):
    from gliner import GLiNER

    config = type("Config", (Recorded, argparse.Namespace), {})(**values)
    type(config).asked = set()
    model = GLiNER(config)
    batch = next(iter(model.create_dataloader(RECORDS, batch_size=2, shuffle=False)))
    model.train()
    model(batch).backward()
    decays = [0.01, 0.01] if at_least(version("gliner"), "0.1.14") else []
    model.get_optimizer(1e-5, 5e-5, *decays)
    model.predict_entities("Marie Curie in Paris", ["person"])
    return type(config).asked


def from_class(values):
    """0.2.3 to 0.2.29. Since 0.2.23 a configuration has the class of its model; another is copied, which would not be seen."""
    import gliner
    from gliner import config as config_file
    from gliner import model as model_file
    from gliner.data_processing import collator as collator_file

    kind = "BiEncoderSpan" if values.get("labels_encoder") else "UniEncoderSpan"
    config = getattr(config_file, f"{kind}Config", gliner.GLiNERConfig)(**values)
    recorded = type("Config", (Recorded, type(config)), {})
    config.__class__ = recorded
    recorded.asked = set()
    model = getattr(model_file, f"{kind}GLiNER", gliner.GLiNER)(config)
    if hasattr(model, "resize_embeddings"):
        model.resize_embeddings()
    else:
        # The class token's number is that of the second mark, whatever the first is.
        model.resize_token_embeddings(["[FLERT]", "<<ENT>>", "<<SEP>>"], set_class_token_index=True, add_tokens_to_tokenizer=True)
    collator = getattr(collator_file, f"{kind}DataCollator", None) or collator_file.DataCollator
    model.model.train()
    model(**collator(config, data_processor=model.data_processor, prepare_labels=True)(RECORDS)).loss.backward()
    model.predict_entities("Marie Curie in Paris", ["person"])
    return recorded.asked


def defaults(keys):
    """Of the class that reads a span model's configuration, and of those that it is made of."""
    try:
        from gliner import config as config_file
    except ImportError:
        return {}
    kind = getattr(config_file, "UniEncoderSpanConfig", None) or config_file.GLiNERConfig
    found = {}
    for base in reversed(kind.__mro__):
        if base.__module__ != config_file.__name__:
            continue
        for name, parameter in inspect.signature(base.__init__).parameters.items():
            if name in keys and parameter.default is not inspect.Parameter.empty:
                found[name] = parameter.default
    return dict(sorted(found.items()))


def main():
    out, files = sys.argv[1], sys.argv[2:]
    release = version("gliner")
    found = {}
    keys = set()
    with tempfile.TemporaryDirectory() as folder:
        encoder(folder)
        for path in files:
            with open(path) as file:
                official = yaml.safe_load(file)
            values = {key: value for part in ("model", "training", "unread", "elsewhere") for key, value in (official.get(part) or {}).items()}
            keys.update(values)
            small = {"model_name": folder, "hidden_size": 8, "max_width": 3}
            if values.get("labels_encoder"):
                small["labels_encoder"] = folder
            torch.manual_seed(0)
            try:
                asked = (from_class if at_least(release, "0.2.3") else from_namespace)({**values, **small})
                found[os.path.basename(path)] = sorted(key for key in values if key in asked)
            except AttributeError as error:
                # Files of other days lack keys that this release needs.
                found[os.path.basename(path)] = f"fails: {error}"
    with open(out, "w") as file:
        json.dump({"version": release, "read": found, "defaults": defaults(keys)}, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
