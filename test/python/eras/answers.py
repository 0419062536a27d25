"""What this release says of texts, with the weights of a folder: its own loading, its own predict_entities and its own evaluate.

    python answers.py MODEL DATA.json OUT.json

DATA: [{name, types, records: [{tokenized_text, ner}]}]. OUT holds numbers and types alone, no text.
"""

import argparse
import json
import os
import sys
import tempfile
import time
import warnings

warnings.filterwarnings("ignore")
sys.dont_write_bytecode = True

from importlib.metadata import version

import torch


def main():
    folder, data, out = sys.argv[1:4]
    torch.set_num_threads(1)
    from gliner import GLiNER

    with open(data, encoding="utf-8") as file:
        sets = json.load(file)
    model, loaded = load(GLiNER, folder)
    model.eval()
    found = []
    for one in sets:
        entities, records = [], one["records"]
        try:
            for record in records:
                own = model.predict_entities(" ".join(record["tokenized_text"]), one["types"], threshold=0.5)
                # Until 0.1.4 there is no score.
                entities.append([[e["start"], e["end"], e["label"], round(float(e["score"]), 6) if "score" in e else None] for e in own])
            found.append({"name": one["name"], "entities": entities, **evaluated(model, records, one["types"])})
        except Exception as error:
            found.append({"name": one["name"], "failed": f"predict_entities: {type(error).__name__}: {error}"[:300]})
    about = {"loaded": loaded, "version": version("gliner"), "torch": torch.__version__, "transformers": version("transformers"), "cpu_s": round(time.process_time(), 1)}
    with open(out, "w", encoding="utf-8") as file:
        json.dump({**about, "sets": found}, file)


def evaluated(model, records, types):
    """F1, and whose types were asked: those given, or, where a release's evaluate takes none, those that its collator finds in each batch."""
    own = {"types_of": "test"}
    try:
        try:
            return {**own, "f1": float(model.evaluate(records, threshold=0.5, entity_types=types)[1])}
        except TypeError as error:
            if "entity_types" not in str(error):
                raise
        own = {"types_of": "batch"}
        return {**own, "f1": float(model.evaluate(records, threshold=0.5)[1])}
    except Exception as error:
        return {**own, "failed": f"evaluate: {type(error).__name__}: {error}"[:300]}


def load(GLiNER, folder):
    """By the release's own from_pretrained; the first ones take a folder for a name of the hub and fail: there, as it goes on."""
    if [int(part) for part in version("gliner").split(".")] >= [0, 2, 3]:
        try:
            return GLiNER.from_pretrained(folder, local_files_only=True), "from_pretrained"
        except TypeError as error:
            # 0.2.23 reads no safetensors; whoever had torch's own file did not notice.
            if "safe_open" not in str(error):
                raise
            return GLiNER.from_pretrained(without_safetensors(folder), local_files_only=True), f"from_pretrained of pytorch_model.bin: of model.safetensors it ends with {error}"
    try:
        return GLiNER.from_pretrained(folder, local_files_only=True), "from_pretrained"
    except Exception as error:
        with open(f"{folder}/gliner_config.json") as file:
            model = GLiNER(argparse.Namespace(**json.load(file)))
        lost = model.load_state_dict(torch.load(f"{folder}/pytorch_model.bin"), strict=False)
        missing = [name for name in lost.missing_keys if "position_ids" not in name and ".pooler." not in name]
        assert not missing and not lost.unexpected_keys, (missing, lost.unexpected_keys)
        return model, f"its constructor and load_state_dict: from_pretrained of a folder ends with {type(error).__name__}"


def without_safetensors(folder):
    other = tempfile.mkdtemp()
    for name in os.listdir(folder):
        if name != "model.safetensors":
            os.symlink(os.path.abspath(os.path.join(folder, name)), os.path.join(other, name))
    return other


if __name__ == "__main__":
    main()
