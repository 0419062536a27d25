"""Words of every kind of character through Hugging Face's Rust tokenizer of OUT_DIR/tiny_deberta.

    python unigram.py OUT_DIR [--seed 1]

Writes OUT_DIR/text/unigram.json: words, their ids, and the words as the tokenizer normalises them. Needs transformers 4.57.
"""

import argparse
import json
import os
import random
import unicodedata

from transformers import AutoTokenizer

WRITTEN = [
    "Hello", "naïve", "cafe\u0301", "ﬁne", "①", "Ⅷ", "ｆｕｌｌ", "日本語", "한국어", "ᄒ", "👍", "👨‍👩‍👧", "\u00a0", "a\u00a0b", "a  b",
    "\u200bx", "\t", "a\tb", "\u0000", "\u0007a", "\ufeff", "\u0085", "\u061c", "~", "～", "…", "¼", "ǆ", "ß", "İ", "ı", "\u2028",
    "▁a", "a▁b", "[MASK]", "<<ENT>>", "x[SEP]y", "［SEP］", "\u0300", "क़", "ﷺ", "㍿", "x²", "™", "don't", "it’s", "1,000.5", "a\u00adb",
    "\u202eabc", "ｅ\u0364", "Ａ\u065e", "\u200d", "  ", " a ", "e" * 300,
]
RANGES = [
    (32, 126), (1, 31), (0xA0, 0x24F), (0x300, 0x36F), (0x370, 0x6FF), (0x900, 0x97F), (0x1100, 0x11FF), (0x2000, 0x27FF),
    (0x3000, 0x30FF), (0xFB00, 0xFEFF), (0xFF00, 0xFFEF), (0x1D400, 0x1D7FF), (0x1F300, 0x1F6FF),
]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    draw = random.Random(args.seed)
    character = lambda: chr(draw.randint(*draw.choice(RANGES)))
    words = WRITTEN + ["".join(character() for _ in range(draw.randint(1, 6))) for _ in range(1500)]
    # Characters that no Unicode table of either side knows are not a matter of the tokenizer.
    words = [word for word in words if all(unicodedata.category(c) != "Cn" for c in word)]
    tokenizer = AutoTokenizer.from_pretrained(os.path.join(args.out, "tiny_deberta"))
    encode = lambda word: tokenizer([word], is_split_into_words=True, add_special_tokens=False)["input_ids"]
    normalize = tokenizer.backend_tokenizer.normalizer.normalize_str
    cases = [{"word": word, "ids": encode(word), "normalized": normalize(word)} for word in words]
    os.makedirs(os.path.join(args.out, "text"), exist_ok=True)
    with open(os.path.join(args.out, "text", "unigram.json"), "w") as file:
        json.dump({"cases": cases}, file, separators=(",", ":"))


main()
