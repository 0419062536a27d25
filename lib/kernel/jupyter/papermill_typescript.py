"""papermill for notebooks of this kernel: `python papermill_typescript.py IN OUT -p name value`, with papermill's own options.

Importing it is enough for papermill's Python interface. It teaches papermill to write parameters as TypeScript, and Jupyter
to find the project's kernel; nothing is registered anywhere.
"""

import json
import os
import pathlib
import re

from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators


class TypeScriptTranslator(Translator):
    """Every value that JSON has is written as JSON, which is TypeScript."""

    @classmethod
    def translate(cls, val):
        return json.dumps(val, ensure_ascii=False)

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}".strip()

    @classmethod
    def assign(cls, name, str_val):
        return f"let {name} = {str_val};"

    @classmethod
    def inspect(cls, parameters_cell):
        """The parameters that a cell declares, a declaration a line."""
        found = re.findall(r"^\s*(?:let|const|var)\s+([\w$]+)\s*(?::\s*([^=]+?))?\s*=\s*(.+?);?\s*$", parameters_cell.source, re.M)
        return [Parameter(name, kind or "None", default, "") for name, kind, default in found]


papermill_translators.register("tslab-workbook", TypeScriptTranslator)
papermill_translators.register("typescript", TypeScriptTranslator)

_here = str(pathlib.Path(__file__).resolve().parent)
os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [_here, os.environ.get("JUPYTER_PATH")]))

if __name__ == "__main__":
    from papermill.__main__ import papermill

    papermill()
