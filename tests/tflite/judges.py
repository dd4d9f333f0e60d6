"""Other runtimes for .tflite files: what they compute is what the compiled model must give."""

from __future__ import annotations

from collections.abc import Sequence

import flatbuffers
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


def with_constant_fills(model: bytes) -> bytes:
    """The model with the shapes of FILL as constants, as TFLite-Micro wants them. Converters
    compute them, where the batch was left open."""
    schema = pytest.importorskip("tflite_micro.tensorflow.lite.micro.python.schema_py_generated")
    tables = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(model, 0))
    codes = [max(c.builtinCode, c.deprecatedBuiltinCode) for c in tables.operatorCodes]
    graph, fill = tables.subgraphs[0], schema.BuiltinOperator.FILL
    for operator in [each for each in graph.operators if codes[each.opcodeIndex] == fill]:
        shape = np.array(graph.tensors[operator.outputs[0]].shape, np.int32)
        buffer, dims = schema.BufferT(), schema.TensorT()
        buffer.data = np.frombuffer(shape.tobytes(), np.uint8)
        dims.shape, dims.type = np.array(shape.shape, np.int32), schema.TensorType.INT32
        dims.name, dims.buffer = b"dims", len(tables.buffers)
        tables.buffers.append(buffer)
        graph.tensors.append(dims)
        operator.inputs = np.array([len(graph.tensors) - 1, operator.inputs[1]], np.int32)
    builder = flatbuffers.Builder(1024)
    builder.Finish(tables.Pack(builder), b"TFL3")
    return bytes(builder.Output())


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
