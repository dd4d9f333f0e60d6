"""Reads a .tflite file into plain, checked data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import tflite

from ...errors import TcmError
from ...ops.tflite.file import FileTensor
from .model import FileModel, FileOperator
from .tables import (
    TableOptions,
    array,
    checked_count,
    damaged,
    integers,
    reading,
    text,
)

IDENTIFIER = b"TFL3"
VERSION = 3

# No microcontroller holds as much; the limits bound the time and memory that a hostile file costs.
MOST_FILE_BYTES = 1 << 28
MOST_CONSTANT_BYTES = 1 << 28
MOST_TENSORS = 20_000
MOST_OPERATORS = 5_000
MOST_OPERANDS = 1_000
MOST_DIMENSIONS = 8

NAME_SLOT, CUSTOM_CODE_SLOT = 10, 6
"""Of a tensor's name and of a custom operator's, in the vtables of the schema."""


def _names(enumeration: type) -> dict[int, str]:
    """Number -> name of one of the schema's enumerations."""
    members = vars(enumeration).items()
    return {number: name for name, number in members if not name.startswith("_")}


DTYPES = {number: name.lower() for number, name in _names(tflite.TensorType).items()}
OPERATORS = _names(tflite.BuiltinOperator)
OPTIONS = _names(tflite.BuiltinOptions)


def read_model(data: bytes) -> FileModel:
    """The main subgraph of a file's content.

    Raises TcmError if it is damaged, or of another format or version.
    """
    if len(data) < 8 or data[4:8] != IDENTIFIER:
        raise TcmError(
            "not a TensorFlow Lite model",
            expected="a file with the identifier TFL3",
            got=f"{len(data)} bytes, identifier {data[4:8]!r}",
        )
    with reading("the model"):
        model = tflite.Model.GetRootAs(data)
        version, subgraphs = model.Version(), model.SubgraphsLength()
        if version != VERSION or subgraphs == 0:
            raise damaged("the model", f"version {version}, {subgraphs} subgraphs")
        return _Reader(data, model).read()


def read_file(path: Path) -> bytes:
    """The content of a file. Raises TcmError if it is missing, unreadable or too large."""
    try:
        if not path.is_file():
            raise TcmError("file not found", expected="a .tflite file", got=str(path))
        size = path.stat().st_size
        if size > MOST_FILE_BYTES:
            raise TcmError(
                "the file is too large for a microcontroller's model",
                expected=f"at most {MOST_FILE_BYTES} bytes",
                got=f"{size} bytes",
            )
        return path.read_bytes()
    except OSError as error:
        raise TcmError("the file cannot be read", got=error.strerror or str(error)) from None


class _Reader:
    """Reads under ``reading``; counts are checked before anything is sized by them."""

    def __init__(self, data: bytes, model: Any) -> None:
        self.data = data
        self.model = model
        self.constant_bytes = 0

    def read(self) -> FileModel:
        graph = self.model.Subgraphs(0)
        count = self._count("tensors", graph.TensorsLength(), MOST_TENSORS)
        tensors = []
        for index in range(count):
            with reading(f"tensor {index}"):
                tensors.append(self._tensor(index, graph.Tensors(index)))
        operators = self._operators(graph, count)
        inputs = self._indices(graph.InputsAsNumpy(), count, "inputs")
        outputs = self._indices(graph.OutputsAsNumpy(), count, "outputs")
        if not outputs or min((*inputs, *outputs)) < 0:
            raise damaged("the model", f"inputs {inputs}, outputs {outputs}")
        return FileModel(tuple(tensors), operators, inputs, outputs)

    def _count(self, what: str, count: int, most: int) -> int:
        """Of tables: each takes the four bytes of its offset at least."""
        return checked_count(what, count, min(most, len(self.data) // 4))

    def _indices(self, vector: Any, tensors: int, what: str) -> tuple[int, ...]:
        indices = integers(vector, MOST_OPERANDS, what)
        if not all(-1 <= index < tensors for index in indices):
            raise damaged(what, f"tensors {indices[:20]} of {tensors}")
        return indices

    def _tensor(self, index: int, table: Any) -> FileTensor:
        sizes = integers(table.ShapeAsNumpy(), MOST_DIMENSIONS, "dimensions")
        signature = integers(table.ShapeSignatureAsNumpy(), MOST_DIMENSIONS, "dimensions")
        if min(sizes, default=0) < -1:
            raise damaged("the shape", sizes)
        shape = tuple(1 if size == -1 else size for size in sizes)
        scales, zero_points, axis, custom = self._quantization(table.Quantization())
        dtype = DTYPES.get(table.Type(), f"type {table.Type()}")
        stored, unsupported = self._buffer(table)
        return FileTensor(
            index,
            text(table, NAME_SLOT) or f"tensor_{index}",
            dtype,
            shape,
            signature or sizes,
            scales,
            zero_points,
            axis,
            None if stored is None else self._elements(stored, dtype, shape),
            "quantized in a way of its own" if custom else unsupported,
        )

    def _quantization(self, table: Any) -> tuple[np.ndarray, np.ndarray, int, bool]:
        """scales, zero_points, axis, and whether there is more to it than these."""
        if table is None or table.ScaleLength() == 0:
            return np.zeros(0, np.float32), np.zeros(0, np.int64), 0, False
        scales = array(table.ScaleAsNumpy(), np.float32)
        zero_points = array(table.ZeroPointAsNumpy(), np.int64)
        if zero_points.size == 0:
            zero_points = np.zeros(scales.size, np.int64)
        if zero_points.size not in (1, scales.size):
            raise damaged("the scales", f"{scales.size} scales, {zero_points.size} zero points")
        return scales, zero_points, table.QuantizedDimension(), table.DetailsType() != 0

    def _buffer(self, table: Any) -> tuple[np.ndarray | None, str | None]:
        """The bytes of a constant, without a copy; or why they cannot be read."""
        if table.Sparsity() is not None:
            return None, "stored sparsely"
        index = table.Buffer()
        if index == 0:
            return None, None
        if index >= self.model.BuffersLength():
            raise damaged("the buffer", f"buffer {index} of {self.model.BuffersLength()}")
        buffer = self.model.Buffers(index)
        if buffer is not None and buffer.Offset() > 1:
            return None, "stored outside of the flatbuffer"
        if buffer is None or buffer.DataLength() == 0:
            return None, None
        return buffer.DataAsNumpy(), None

    def _elements(self, stored: np.ndarray, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
        """A copy of a constant's bytes as an array; types that NumPy lacks stay bytes."""
        self.constant_bytes += stored.size
        checked_count("bytes of constants", self.constant_bytes, MOST_CONSTANT_BYTES)
        if dtype not in ("int8", "int32", "int64", "float32"):
            return stored
        return np.array(stored).view(dtype).reshape(shape)

    def _operators(self, graph: Any, tensors: int) -> tuple[FileOperator, ...]:
        count = self._count("operators", graph.OperatorsLength(), MOST_OPERATORS)
        operators = []
        for index in range(count):
            with reading(f"operator {index}"):
                operators.append(self._operator(index, graph.Operators(index), tensors))
        return tuple(operators)

    def _operator(self, index: int, table: Any, tensors: int) -> FileOperator:
        if table.OpcodeIndex() >= self.model.OperatorCodesLength():
            raise damaged("the operator's kind", f"operator code {table.OpcodeIndex()}")
        name = self._operator_name(self.model.OperatorCodes(table.OpcodeIndex()))
        options, options_type = self._options(table, f"operator {index} {name}")
        outputs = self._indices(table.OutputsAsNumpy(), tensors, "outputs")
        if min(outputs, default=0) < 0:
            raise damaged("the outputs", outputs)
        inputs = self._indices(table.InputsAsNumpy(), tensors, "inputs")
        return FileOperator(index, name, inputs, outputs, options, options_type)

    def _operator_name(self, code: Any) -> str:
        """Small codes stand in an older field of the schema; the larger of the two counts."""
        number = max(code.DeprecatedBuiltinCode(), code.BuiltinCode())
        name = OPERATORS.get(number, f"operator code {number}")
        return f"CUSTOM {text(code, CUSTOM_CODE_SLOT)}" if name == "CUSTOM" else name

    def _options(self, table: Any, source: str) -> tuple[TableOptions, str]:
        kind, union = OPTIONS.get(table.BuiltinOptionsType(), ""), table.BuiltinOptions()
        schema = getattr(tflite, kind, None)
        if union is None or kind == "NONE" or schema is None:
            return TableOptions(None, source), ""
        options = schema()
        options.Init(union.Bytes, union.Pos)
        return TableOptions(options, source), kind
