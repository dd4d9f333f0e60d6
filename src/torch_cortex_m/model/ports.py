"""Between the user's arrays and the graph's ports: batches, layout and quantization."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..errors import TcmError
from ..ir import BYTES, DTYPES, Graph, Port, TensorType
from ..ops.integers.arithmetic import dequantize_array, quantize_array


def as_array(value: Any) -> np.ndarray:
    """A NumPy array from an array or a torch tensor on any device, with or without a gradient.

    Raises TcmError for a tensor that NumPy cannot hold (bfloat16, sparse, meta), or a list of
    samples as ``compile`` takes them for calibration."""
    if _is_list_of_samples(value):
        raise TcmError(
            "an input is a list, not an array",
            expected="an array for each input, which holds samples along its first dimension",
            got=f"a list of {type(value[0]).__name__}",
            hint="torch.cat(samples) makes one of a list of tensors, "
            "*(torch.cat(each) for each in zip(*samples)) of a list of tuples of them",
        )
    try:
        return np.asarray(value.detach().cpu() if hasattr(value, "detach") else value)
    except (TypeError, NotImplementedError, RuntimeError, ValueError) as error:
        raise TcmError(
            "an input cannot be read as an array",
            expected="a dense tensor or array of a type that NumPy has",
            got=f"{type(error).__name__}: {str(error).splitlines()[0]}",
            hint="give a NumPy array or a torch.Tensor on the CPU",
        ) from None


def _is_list_of_samples(value: Any) -> bool:
    if not isinstance(value, list):
        return False
    return any(isinstance(each, tuple) or hasattr(each, "shape") for each in value)


def split_batch(graph: Graph, arrays: Sequence[np.ndarray]) -> Iterator[list[np.ndarray]]:
    """Samples of the compiled shape. Raises TcmError unless every array has the port's shape, or a
    leading dimension that is the same multiple of it."""
    if len(arrays) != len(graph.inputs):
        names = ", ".join(port.value for port in graph.inputs)
        raise TcmError(
            "wrong number of inputs",
            expected=f"{len(graph.inputs)} ({names})",
            got=len(arrays),
            hint="give one array for each input, in the order of forward",
        )
    counts = {_batches(port, array) for port, array in zip(graph.inputs, arrays, strict=True)}
    if len(counts) != 1:
        raise TcmError(
            "the inputs hold different numbers of samples",
            expected="as many samples in each of them",
            got=sorted(counts),
            hint="give as many samples of each input, along the first dimension",
        )
    for index in range(counts.pop()):
        yield [
            array.reshape(-1, *port.shape)[index] if port.shape else array
            for port, array in zip(graph.inputs, arrays, strict=True)
        ]


def _batches(port: Port, array: np.ndarray) -> int:
    shape = array.shape
    if shape == port.shape:
        return 1
    fits = len(shape) == len(port.shape) > 0 and shape[1:] == port.shape[1:]
    if not fits or shape[0] == 0 or shape[0] % port.shape[0] != 0:
        raise TcmError(
            "an input does not have the shape that the model was compiled for",
            where=f"input '{port.value}'",
            expected=f"{port.shape}, or a multiple of it in the first dimension",
            got=shape,
            hint=_other_shape(port, shape),
        )
    return shape[0] // port.shape[0]


def _other_shape(port: Port, shape: tuple[int, ...]) -> str | None:
    if shape == port.shape[1:]:
        return "array[None] has the first dimension, which counts samples"
    if shape[1:] != port.shape[1:] and sorted(shape[1:]) == sorted(port.shape[1:]):
        return "the order of dimensions is that of your model: array.transpose(...) changes it"
    return None


def to_port(graph: Graph, port: Port, array: np.ndarray, raw: bool) -> np.ndarray:
    """The user's array as the graph's value: quantized unless ``raw``, permuted, dense.

    Raises TcmError for a wrong dtype, NaN, or integers that the value's type does not have.
    """
    type_ = graph.types[port.value]
    array = _widened(port, type_, array, raw)
    _check_dtype(port, type_, array, raw)
    if type_.dtype == "float32" or _is_real(type_, raw):
        _check_numbers(port, type_, array)
    else:
        _check_limits(port, type_, array)
    if type_.quantization is not None and _is_real(type_, raw):
        scale, zero_point = type_.quantization.scale, type_.quantization.zero_point
        array = quantize_array(array, scale, zero_point, port.ties_away, type_.dtype)
    if port.permutation is not None:
        array = array.transpose(port.permutation)
    return np.asarray(array, order="C")


def to_port_as_given(graph: Graph, port: Port, array: np.ndarray) -> np.ndarray:
    """``to_port`` of an array that is raw if it has the dtype in which the value is stored."""
    return to_port(graph, port, array, raw=str(array.dtype) == graph.types[port.value].storage)


def _widened(port: Port, type_: TensorType, array: np.ndarray, raw: bool) -> np.ndarray:
    """Indices of int64, as torch has them, as int32; the bytes of an image as real numbers, where
    the model takes these.

    Raises TcmError for indices beyond 32 bits."""
    if array.dtype == np.uint8 and type_.quantization == BYTES and not raw:
        return array.astype(np.float32)
    if array.dtype != np.int64 or type_.dtype != "int32":
        return array
    if array.size and not type_.limits.low <= array.min() <= array.max() <= type_.limits.high:
        raise _outside(port, type_, array)
    return array.astype(np.int32)


def _is_real(type_: TensorType, raw: bool) -> bool:
    """Whether the user has real numbers where the graph has integers."""
    return not raw and type_.quantization is not None and DTYPES[type_.dtype].limits is not None


def _check_dtype(port: Port, type_: TensorType, array: np.ndarray, raw: bool) -> None:
    real = _is_real(type_, raw)
    expected = "float32" if real else type_.storage
    if str(array.dtype) == expected:
        return
    hint = f"array.astype(numpy.{np.dtype(expected).type.__name__}) makes it so"
    if real and array.dtype == np.uint8:
        hint = "make of the bytes the float32 numbers that the model was trained with; a model "
        hint += "takes bytes where its example input is uint8"
    elif real:
        hint += f"; {type_.storage} goes in with raw=True (--raw)"
    elif type_.quantization is not None:
        hint = "without raw=True (--raw), this input is float32"
    raise TcmError(
        "an input has the wrong dtype",
        where=f"input '{port.value}'",
        expected=expected,
        got=array.dtype,
        hint=hint,
    )


def _check_numbers(port: Port, type_: TensorType, array: np.ndarray) -> None:
    if not np.isnan(array).any():
        return
    infinite = f"; infinite ones become the largest or smallest that {type_.dtype} can say"
    raise TcmError(
        "an input is not a number (NaN)",
        where=f"input '{port.value}'",
        expected="numbers" + (infinite if type_.dtype != "float32" else ""),
        got=f"{int(np.isnan(array).sum())} of {array.size} elements are NaN",
        hint="replace them: no integer stands for NaN",
    )


def _check_limits(port: Port, type_: TensorType, array: np.ndarray) -> None:
    if not type_.holds(array):
        raise _outside(port, type_, array)


def _outside(port: Port, type_: TensorType, array: np.ndarray) -> TcmError:
    return TcmError(
        f"an input has values that {type_.dtype} does not have",
        where=f"input '{port.value}'",
        expected=f"{type_.limits.low} to {type_.limits.high}",
        got=f"{array.min()} to {array.max()}",
        hint="clip the input to that range",
    )


def as_run(sample: Sequence[np.ndarray]) -> tuple[int, list[bytes]]:
    """A sample in the form of the graph's ports, for a Runner whose first program is the graph."""
    return 0, [array.tobytes() for array in sample]


def from_port(graph: Graph, port: Port, array: np.ndarray, raw: bool) -> np.ndarray:
    """The graph's value in the user's layout: unless ``raw``, dequantized, and PyTorch's indices
    as int64."""
    type_ = graph.types[port.value]
    if port.permutation is not None:
        array = array.transpose(np.argsort(port.permutation))
    if type_.quantization is not None and _is_real(type_, raw):
        array = dequantize_array(array, type_.quantization.scale, type_.quantization.zero_point)
    if port.wide and not raw:
        array = array.astype(np.int64)
    return np.asarray(array, order="C")
