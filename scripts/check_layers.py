#!/usr/bin/env python3
"""Holds the house together: which folder of src/ may include which, and which library belongs where.

The tables below are the design's (docs/architecture.md). Any other #include fails with its file and line, and so does
a folder whose CMakeLists.txt links what the table does not allow.

    scripts/check_layers.py [ROOT]     check ROOT/src (default: this checkout)
"""

import re
import sys
from pathlib import Path

# folder -> folders it may include, besides itself. Ground floor first; nothing includes upwards.
FOLDERS = {
    "base": [],
    "store": ["base"],
    "text": ["base"],
    "attention": ["base"],
    "kernels": ["base"],
    "data": ["base", "text"],
    "metrics": ["base", "text"],
    "model": ["base", "text", "attention"],
    "infer": ["base", "text", "attention", "kernels", "model"],
    "exchange": ["base", "attention", "kernels", "model"],
    "train": ["base", "text", "attention", "kernels", "data", "metrics", "model"],
    "tune": ["base", "text", "data", "metrics", "model", "infer", "train"],
    "search": ["base", "store", "text", "kernels"],
    "explain": ["base", "attention", "metrics", "model", "infer"],
    "economy": ["base", "store", "metrics", "model", "infer"],
    "apps": ["base", "store", "text", "data", "metrics", "model", "infer", "search", "explain", "economy"],
    "serve": ["base", "store", "text", "metrics", "model", "infer", "apps"],
    "cli": ["base", "store", "text", "data", "metrics", "model", "infer", "exchange", "explain", "economy", "apps",
            "serve"],
}

# The files of heed-train alone see training, and no application; of cli/ they share how usage is explained and how a
# model is measured, of apps/ how a program prints.
TRAINING = ["base", "text", "data", "metrics", "model", "infer", "train", "tune", "cli"]
FILES = {"cli/train_main.cpp": TRAINING, "cli/prune_program.cpp": TRAINING + ["apps"]}

# How a library's headers begin -> the folders (or files) that may include them.
LIBRARIES = {
    "torch/": ["train", "tune", "cli/train_main.cpp"],
    "ATen/": ["train", "tune"],
    "c10/": ["train", "tune"],
    "dnnl": ["infer"],
    "oneapi/dnnl/": ["infer"],
    "hwy/": ["attention", "kernels"],
    "onnx/": ["exchange/onnx_module.cpp"],
    "CLI/": ["cli", "apps"],
    "fmt/": list(FOLDERS),
    "spdlog/": ["base"],
    "nlohmann/": ["base"],
    "toml++/": ["base"],
    "sqlite3.h": ["store", "search"],
    "hnswlib/": ["search"],
    "libpq-fe.h": ["store"],
    "hiredis/": ["store"],
    "lemon/": ["economy"],
    "unicode/": ["text", "metrics", "search", "apps"],
    "sentencepiece": ["text"],
    "zlib.h": ["data", "serve"],
    "boost/math/": ["metrics"],
    "boost/asio": ["serve"],
    "boost/beast": ["serve"],
    "openssl/": ["serve"],
    "linear.h": ["train"],
    "yaml-cpp/": ["apps"],
    "expat.h": ["apps"],
    "coin/": ["economy/clp_module.cpp"],
}

SYSTEM = re.compile(r"[a-z_0-9]+(\.h)?|(sys|linux|netinet|arpa|sanitizer)/[a-z_0-9]+\.h|[a-z0-9]*intrin\.h")
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")')
USES = re.compile(r"heed_library\(\s*(\w+)[^)]*?\bUSES\s+([\w\s]*?)(?:\bLINKS\b|\))", re.S)


def check_library(where, file, header):
    """A problem, or None, where `header` belongs to an outside library; False where it is not a known library's."""
    for prefix, allowed in LIBRARIES.items():
        if header.startswith(prefix):
            if file in allowed or file.split("/")[0] in allowed:
                return None
            return f"{where}: <{header}> may be included only in {', '.join(allowed)}"
    return False


def check_folder(where, file, header):
    """A problem, or None, with one of our own headers included in `file`; both are paths under src/."""
    folder, target = file.split("/")[0], header.split("/")[0]
    allowed = FILES.get(file, [folder] + FOLDERS[folder])
    if target not in allowed:
        return f"{where}: {folder}/ may not include \"{header}\"; it may include {', '.join(allowed)}"
    both_apps = folder == target == "apps" and header.count("/") > 1 and file.count("/") > 1
    if both_apps and header.split("/")[1] != file.split("/")[1]:
        return f"{where}: an application may not include another; move what both need to a folder below apps/"
    return None


def check_include(where, file, header, angled):
    problem = check_library(where, file, header)
    if problem is not False:
        return problem
    if header.split("/")[0] in FOLDERS and not angled:
        return check_folder(where, file, header)
    if angled and SYSTEM.fullmatch(header):
        return None
    if angled:
        return f"{where}: <{header}> belongs to a library that scripts/check_layers.py does not know; " \
               f"a new library needs a line there and in docs/adr/0010-dependencies.md"
    return f"{where}: \"{header}\" is not rooted at src/: write \"folder/file.h\""


def check_sources(root):
    for path in sorted((root / "src").rglob("*")):
        if path.suffix not in (".h", ".cpp"):
            continue
        file = path.relative_to(root / "src").as_posix()
        if file.split("/")[0] not in FOLDERS:
            yield f"src/{file}: the folder is not in the table of scripts/check_layers.py"
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            if match:
                problem = check_include(f"src/{file}:{number}", file, match[1] or match[2], bool(match[1]))
                if problem:
                    yield problem


def check_links(root):
    """heed_library(NAME USES ...) may name only what NAME may include."""
    for path in sorted((root / "src").glob("*/CMakeLists.txt")):
        for name, uses in USES.findall(path.read_text(encoding="utf-8")):
            extra = sorted(set(uses.split()) - set(FOLDERS.get(name, [])))
            if extra:
                yield f"{path.relative_to(root).as_posix()}: {name} may not link {', '.join(extra)}; " \
                      f"it may link {', '.join(FOLDERS.get(name, []))}"


def check(root):
    return list(check_sources(root)) + list(check_links(root))


def main(arguments):
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    problems = check(root)
    for problem in problems:
        print(problem)
    print(f"layers: {len(problems)} problems" if problems else "layers: every include follows the table")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
