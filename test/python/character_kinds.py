"""Prints the runs of characters that match `\w` in this Python, in the form of lib/text/character-kinds.ts.

    python3.11 character_kinds.py

The first line, on standard error, is the Unicode version: the table wants 14.0.0.
"""

import re
import sys
import unicodedata


def base36(number):
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = ""
    while True:
        number, digit = divmod(number, 36)
        text = digits[digit] + text
        if number == 0:
            return text


def main():
    word = re.compile(r"\w")
    out, end, run = [], -1, None
    for point in range(0x110001):
        inside = point < 0x110000 and word.match(chr(point)) is not None
        if inside and run is None:
            run = point
        elif not inside and run is not None:
            out += [base36(run - end - 1), base36(point - 1 - run)]
            run, end = None, point - 1
    print(unicodedata.unidata_version, file=sys.stderr)
    print(" ".join(out))


if __name__ == "__main__":
    main()
