"""The names in a .tflite file stay names, whatever they hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hostile_text import HOSTILE, assert_same_code
from model_writer import ModelWriter
from operator_models import RELU, X, Y, activation

import torch_cortex_m as tcm
from torch_cortex_m import TcmError
from torch_cortex_m.frontend.tflite.importer import import_content
from torch_cortex_m.generate.generate import generate
from torch_cortex_m.passes import run_passes
from torch_cortex_m.target import HOST


def dense(names: tuple[str, str, str, str]) -> bytes:
    """A dense layer whose input, weights, bias and output are called so."""
    writer = ModelWriter()
    weights = np.arange(12, dtype=np.int8).reshape(3, 4)
    operands = [
        activation(writer, names[0], (1, 4), X),
        writer.constant(names[1], weights, scales=0.02),
        writer.constant(names[2], np.arange(3, dtype=np.int32), scales=0.001),
    ]
    result = activation(writer, names[3], (1, 3), Y)
    writer.operator(
        "FULLY_CONNECTED",
        operands,
        result,
        "FullyConnectedOptions",
        FusedActivationFunction=RELU,
    )
    return writer.write([operands[0]], [result])


def files(content: bytes) -> dict[str, str]:
    return dict(generate(run_passes(import_content(content)), HOST).program.files)


@pytest.mark.parametrize("text", [text for text in HOSTILE if text.isprintable() or "\x1b" in text])
def test_hostile_tensor_names_compile_to_the_same_code(text: str) -> None:
    hostile = files(dense((text, f"weights {text}", f"bias {text}", f"result {text}")))
    assert_same_code(hostile, files(dense(("x", "weights", "bias", "y"))))
    if ";" not in text.partition("taken_over")[0]:  # the reader keeps what stands before one
        assert "taken_over" in hostile["model.c"]


def test_the_name_of_a_custom_operator_stays_a_name() -> None:
    writer = ModelWriter()
    value = activation(writer, "x", (1, 4), X)
    result = activation(writer, "y", (1, 4), Y)
    writer.operator("\x1b[2J*/\n", [value], result)
    with pytest.raises(TcmError) as caught:
        import_content(writer.write([value], [result]))
    assert all(letter.isprintable() for letter in str(caught.value).replace("\n", ""))


def test_a_hostile_file_name_is_shown_as_text(tmp_path: Path) -> None:
    path = tmp_path / "\x1b[2J\u202e\nmodel.tflite"
    path.write_bytes(b"nonsense")
    with pytest.raises(TcmError) as caught:
        tcm.compile(path)
    assert "\\x1b[2J\\u202e\n    model.tflite" in str(caught.value)
