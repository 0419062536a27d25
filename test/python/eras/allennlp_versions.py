"""Whether AllenNLP 2.8.0, the paper's, computes its LSTM and its span extractor as 2.10.1 does, which the fixtures are from.

    python allennlp_versions.py FOLDER

Both wheels are fetched into FOLDER, without what they ask for: their dependencies no longer install. The code is compared as syntax
trees, without the decorator `overrides`, its import, comments and docstrings. Prints what differs; ends with 1 where something does.
"""

import ast
import glob
import os
import subprocess
import sys
import zipfile

FILES = {
    "allennlp/modules/encoder_base.py": None,
    "allennlp/modules/seq2seq_encoders/pytorch_seq2seq_wrapper.py": None,
    "allennlp/modules/span_extractors/endpoint_span_extractor.py": None,
    "allennlp/modules/span_extractors/span_extractor.py": None,
    "allennlp/modules/span_extractors/span_extractor_with_span_width_embedding.py": None,
    # Of this one, what they call.
    "allennlp/nn/util.py": ["batched_index_select", "flatten_and_batch_shift_indices", "get_lengths_from_binary_sequence_mask",
                            "sort_batch_by_length", "get_range_vector", "get_device_of", "bucket_values", "combine_tensors", "_get_combination"],
}


class Plain(ast.NodeTransformer):
    def visit_FunctionDef(self, node):
        node.decorator_list = [one for one in node.decorator_list if ast.unparse(one) != "overrides"]
        return self.visit_ClassDef(node)

    def visit_ClassDef(self, node):
        self.generic_visit(node)
        first = node.body[0]
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and len(node.body) > 1:
            node.body = node.body[1:]
        return node

    def visit_ImportFrom(self, node):
        return None if node.module == "overrides" else node


def code(version, folder):
    subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", f"allennlp=={version}", "-d", folder], check=True)
    (path,) = glob.glob(os.path.join(folder, f"allennlp-{version}-*.whl"))
    found = {}
    with zipfile.ZipFile(path) as wheel:
        for name, functions in FILES.items():
            tree = Plain().visit(ast.parse(wheel.read(name)))
            body = [node for node in tree.body if functions is None or getattr(node, "name", None) in functions]
            assert functions is None or len(body) == len(functions), f"{name} of {version} lacks a function"
            found[name] = "\n".join(ast.unparse(node) for node in body)
    return found


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    paper, ours = code("2.8.0", folder), code("2.10.1", folder)
    differ = [name for name in FILES if paper[name] != ours[name]]
    print(f"{len(FILES) - len(differ)} of {len(FILES)} files compute the same" + (f"; not {', '.join(differ)}" if differ else ""))
    sys.exit(1 if differ else 0)


if __name__ == "__main__":
    main()
