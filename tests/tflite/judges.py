"""Other runtimes for .tflite files: what they compute is what the compiled model must give."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest


def litert(model: bytes, samples: Sequence[Sequence[np.ndarray]]) -> list[list[np.ndarray]]:
    """LiteRT's reference kernels. Its FULLY_CONNECTED requantizes in double precision, which is
    one rounding; everything else rounds twice, as TFLite-Micro and CMSIS-NN do."""
    runtime = pytest.importorskip("ai_edge_litert.interpreter")
    interpreter = runtime.Interpreter(
        model_content=model,
        experimental_op_resolver_type=runtime.OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=True,
    )
    interpreter.allocate_tensors()
    results = []
    for sample in samples:
        for detail, array in zip(interpreter.get_input_details(), sample, strict=True):
            interpreter.set_tensor(detail["index"], array)
        interpreter.invoke()
        details = interpreter.get_output_details()
        results.append([interpreter.get_tensor(detail["index"]) for detail in details])
    return results


def litert_tensors(model: bytes, sample: np.ndarray, indices: Sequence[int]) -> list[np.ndarray]:
    """Tensors in the middle of a model with one input, by their index in the file."""
    runtime = pytest.importorskip("ai_edge_litert.interpreter")
    interpreter = runtime.Interpreter(
        model_content=model,
        experimental_op_resolver_type=runtime.OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=True,
    )
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], sample)
    interpreter.invoke()
    return [interpreter.get_tensor(index) for index in indices]


def tflite_micro(
    model: bytes, samples: Sequence[Sequence[np.ndarray]], outputs: int = 1
) -> list[list[np.ndarray]]:
    """TFLite-Micro's own kernels, built for this computer; ``outputs``: of the model."""
    runtime = pytest.importorskip("tflite_micro.python.tflite_micro.runtime")
    interpreter = runtime.Interpreter.from_bytes(model, arena_size=1 << 20)
    results = []
    for sample in samples:
        for index, array in enumerate(sample):
            interpreter.set_input(array, index)
        interpreter.invoke()
        results.append([np.array(interpreter.get_output(index)) for index in range(outputs)])
    return results
