"""Fuzzes the .tflite reader, the importer and the passes with atheris.

    pip install atheris
    python tests/fuzz/fuzz_tflite.py CORPUS_FOLDER -max_total_time=3600 -timeout=20 \
        -rss_limit_mb=2048

The corpus folder is filled with the small models of tests/tflite first. Any exception but TcmError
is a find; so is what takes longer or more memory than the limits. libFuzzer prints its seed, and
writes a find to ./crash-*, ./timeout-* or ./oom-*: put it into tests/regressions/tflite/.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[1] / "tflite"))

with atheris.instrument_imports(include=["torch_cortex_m", "flatbuffers", "tflite"]):
    from torch_cortex_m.errors import TcmError
    from torch_cortex_m.frontend.tflite.importer import import_content
    from torch_cortex_m.passes import run_passes

from operator_models import MODELS


def one_input(data: bytes) -> None:
    try:
        graph = import_content(data)
    except TcmError:
        return
    run_passes(graph)


def fill(corpus: Path) -> None:
    corpus.mkdir(parents=True, exist_ok=True)
    for model in MODELS:
        name = "".join(letter if letter.isalnum() else "_" for letter in model.name)
        (corpus / f"{name}.tflite").write_bytes(model.content)


if __name__ == "__main__":
    folders = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    if not folders:
        sys.exit(__doc__)
    fill(Path(folders[0]))
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
