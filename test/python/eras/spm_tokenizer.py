"""What this interpreter's transformers makes of DeBERTa's tokenizer where a folder has it as SentencePiece's file alone, as the hub's does.

    python spm_tokenizer.py FOLDER WORDS.json OUT.json

FOLDER has config.json, tokenizer_config.json and spm.model. OUT: the ids of each word by AutoTokenizer, as GLiNER asks for them, and by
sentencepiece itself; and whether a prompt with its text stands between [CLS] and [SEP].
"""

import json
import os
import sys

sys.dont_write_bytecode = True

from importlib.metadata import version


def main():
    folder, words, out = sys.argv[1:4]
    from transformers import AutoTokenizer

    with open(words, encoding="utf-8") as file:
        words = json.load(file)
    about = {name: version(name) for name in ("transformers", "tokenizers")}
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder)
        ids = [tokenizer([word], is_split_into_words=True, add_special_tokens=False)["input_ids"] for word in words]
        tokenizer.add_tokens(["[FLERT]", "<<ENT>>", "<<SEP>>"], special_tokens=True)
        prompt = tokenizer(["<<ENT>>", "person", "<<SEP>>", "Marie", "Curie"], is_split_into_words=True)["input_ids"]
        about.update(between_cls_and_sep=[prompt[0], prompt[-1]] == [tokenizer.cls_token_id, tokenizer.sep_token_id])
        about.update(kind=type(tokenizer).__name__, ids=ids, unknown=tokenizer.unk_token_id, pieces=len(tokenizer))
    except Exception as error:
        about.update(failed=f"{type(error).__name__}: {error}"[:300])
    from sentencepiece import SentencePieceProcessor

    pieces = SentencePieceProcessor(model_file=os.path.join(folder, "spm.model"))
    about.update(wanted=[pieces.encode(word) for word in words])
    with open(out, "w", encoding="utf-8") as file:
        json.dump(about, file)


if __name__ == "__main__":
    main()
