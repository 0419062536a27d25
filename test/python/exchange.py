"""The Python side of test:python: checkpoints to and fro between GLiNER 0.2.29 and this library.

    python exchange.py make TINY_DIR OUT      writes model folders in every form, and what each predicts
    python exchange.py read FOLDER...         loads folders strictly and says what each predicts
    python exchange.py download NAME FILE...  huggingface_hub, from HF_ENDPOINT into HF_HOME
    python exchange.py cached NAME FILE...    huggingface_hub, what it finds in HF_HOME without a network
    python exchange.py texts FOLDER FILE      what a model finds in each of FILE's texts: {texts, labels, threshold}
    python exchange.py tensors FILE...        what torch and safetensors read of files, damaged ones among them

The last line of standard output is JSON. TINY_DIR is test/golden. Needs gliner 0.2.29.
"""

import hashlib
import json
import os
import shutil
import sys
import warnings

warnings.simplefilter("ignore")

TEXTS = [
    "Anna Smith visited Paris in March 2021 and met Omar Novak of Acme Corp near the Red Sea.",
    "Globex left Lagos recently; Rosa Smith launched Model X9.",
    "however, early results increase",
]
LABELS = ["person", "location", "organization", "date"]
SPAN_MODES = "markerV0 marker markerV1 markerV2 query mlp cat conv_conv conv_max conv_mean conv_sum conv_share".split()


def predictions(model):
    return [
        [[e["start"], e["end"], e["label"], e["score"]] for e in entities]
        for entities in model.inference(TEXTS, LABELS, threshold=0.25, flat_ner=True)
    ]


def draw(model):
    """Weights that find something, and nothing for certain: equal scores of 1 would be decoded in any order."""
    import torch

    for name, parameter in model.model.named_parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=0.15)
        elif not name.endswith("LayerNorm.weight"):
            torch.nn.init.normal_(parameter, std=0.05)
    last = [p for n, p in model.model.named_parameters() if n.startswith(("prompt_rep_layer.3", "scorer.out_mlp.3"))]
    assert last
    while max((entity[3] for entities in predictions(model) for entity in entities), default=0) > 0.99:
        with torch.no_grad():
            for parameter in last:
                parameter.mul_(0.7)


def variant(tiny, out, changes):
    """A model like the tiny one with other values in its configuration, and drawn weights."""
    from gliner import GLiNER
    from safetensors.torch import load_file, save_file

    folder = out + ".made"
    shutil.copytree(tiny, folder)
    path = os.path.join(folder, "gliner_config.json")
    with open(path) as file:
        config = json.load(file) | changes
    config.pop("model_type")
    with open(path, "w") as file:
        json.dump(config, file)
    weights = os.path.join(folder, "model.safetensors")
    encoder = {n: t for n, t in load_file(weights).items() if n.startswith("token_rep_layer.")}
    save_file(encoder, weights)
    model = GLiNER.from_pretrained(folder, strict=False)
    shutil.rmtree(folder)
    model.eval()
    draw(model)
    return model


def make(golden, out):
    import torch
    from huggingface_hub import save_torch_state_dict
    from safetensors.torch import save_file

    torch.manual_seed(1)
    found = {}

    def keep(name, model, write):
        folder = os.path.join(out, name)
        model.save_pretrained(folder, safe_serialization=True)
        found[name] = predictions(model)
        if write is not None:
            state = model.model.state_dict()
            os.remove(os.path.join(folder, "model.safetensors"))
            write(state, folder)

    def torch_file(state, folder, **options):
        torch.save(state, os.path.join(folder, "pytorch_model.bin"), **options)

    def shards(state, folder, safe):
        save_torch_state_dict(state, folder, max_shard_size="100KB", safe_serialization=safe)

    bert = os.path.join(golden, "tiny_bert")
    deberta = os.path.join(golden, "tiny_deberta")
    old = {"_use_new_zipfile_serialization": False}
    for tiny in (bert, deberta):
        name = os.path.basename(tiny)
        model = variant(tiny, os.path.join(out, name), {})
        keep(f"{name}_safetensors", model, None)
        keep(f"{name}_bin", model, torch_file)
        keep(f"{name}_bin_legacy", model, lambda state, folder: torch_file(state, folder, **old))
        keep(f"{name}_shards_safetensors", model, lambda state, folder: shards(state, folder, True))
        keep(f"{name}_shards_bin", model, lambda state, folder: shards(state, folder, False))
        renamed = lambda state: {n.replace("rnn.lstm.", "rnn._module."): t for n, t in state.items()}
        keep(f"{name}_allennlp", model, lambda state, folder: torch_file(renamed(state), folder))
        # Rounded first, so that Python's predictions are those of the file.
        for kind in (torch.float16, torch.bfloat16):
            rounded = {n: t.to(kind) for n, t in model.model.state_dict().items()}
            model.model.load_state_dict({n: t.float() for n, t in rounded.items()})
            label = str(kind).split(".")[1]
            keep(f"{name}_{label}_bin", model, lambda state, folder: torch_file(rounded, folder))
            path = "model.safetensors"
            keep(f"{name}_{label}", model, lambda state, folder: save_file(rounded, os.path.join(folder, path)))
        token = {"span_mode": "token_level"}
        keep(f"{name}_token_level", variant(tiny, os.path.join(out, "token"), token), torch_file)
    for mode in SPAN_MODES:
        changes = {"span_mode": mode, "num_rnn_layers": SPAN_MODES.index(mode) % 3}
        keep(f"mode_{mode}", variant(bert, os.path.join(out, mode), changes), torch_file)
    return found


def read(*folders):
    from gliner import GLiNER

    found = {}
    for folder in folders:
        model = GLiNER.from_pretrained(folder, strict=True)
        found[folder] = {
            "predictions": predictions(model),
            "shapes": {name: list(tensor.shape) for name, tensor in model.model.state_dict().items()},
        }
    return found


def download(name, *files):
    from huggingface_hub import hf_hub_download

    return {file: hf_hub_download(name, file) for file in files}


def cached(name, *files):
    from gliner import GLiNER
    from huggingface_hub import scan_cache_dir, snapshot_download, try_to_load_from_cache

    scanned = scan_cache_dir()
    return {
        "files": {file: str(try_to_load_from_cache(name, file)) for file in files},
        "folder": snapshot_download(name, local_files_only=True),
        "warnings": [str(warning) for warning in scanned.warnings],
        "repositories": [repo.repo_id for repo in scanned.repos],
        "predictions": predictions(GLiNER.from_pretrained(name, local_files_only=True, strict=True)),
    }


def texts(folder, path):
    """One text at a time: an error is that text's answer."""
    from gliner import GLiNER

    with open(path, encoding="utf-8") as file:
        asked = json.load(file)
    model = GLiNER.from_pretrained(folder, strict=True)
    model.eval()

    def found(text):
        try:
            entities = model.predict_entities(text, asked["labels"], threshold=asked["threshold"])
        except Exception as error:
            return f"{type(error).__name__}: {error}"[:300]
        return [[e["start"], e["end"], e["label"], e["score"]] for e in entities]

    return [found(text) for text in asked["texts"]]


def tensors(*paths):
    return {path: one_file(path) for path in paths}


def one_file(path):
    import torch
    from safetensors import safe_open

    try:
        if "safetensors" in os.path.basename(path):
            with safe_open(path, framework="pt") as file:
                state = {name: file.get_tensor(name) for name in file.keys()}
        else:
            state = load_torch(path)
        return {name: describe(tensor) for name, tensor in state.items()}
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:300]


def load_torch(path):
    """torch's own careful loader; it knows no pickles of protocol 4, for which Python's is made to name nothing else."""
    import pickle
    import types

    import torch

    class Careful(pickle.Unpickler):
        def find_class(self, module, name):
            if not (module == "torch" and name.endswith("Storage")) and f"{module}.{name}" not in ALLOWED:
                raise pickle.UnpicklingError(f"{module}.{name}")
            return super().find_class(module, name)

    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if "Unsupported operand 149" not in str(error):
            raise
        names = vars(pickle) | {"Unpickler": Careful}
        return torch.load(path, map_location="cpu", weights_only=False, pickle_module=types.SimpleNamespace(**names))


ALLOWED = {"collections.OrderedDict", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_parameter"}


def describe(tensor):
    import torch

    kind = torch.float32 if tensor.is_floating_point() else torch.int32
    data = tensor.detach().to(kind).contiguous()
    # A float that is not a number has many forms; which of them comes out of a conversion is nobody's business.
    if kind is torch.float32:
        data = torch.where(torch.isnan(data), torch.tensor(float("nan")), data)
    return [list(tensor.shape), hashlib.sha256(data.numpy().tobytes()).hexdigest()]


COMMANDS = {"make": make, "read": read, "download": download, "cached": cached, "texts": texts, "tensors": tensors}

if __name__ == "__main__":
    result = COMMANDS[sys.argv[1]](*sys.argv[2:])
    print()
    print(json.dumps(result))
