"""Reads a .tflite file into plain, checked data."""

from __future__ import annotations

from collections import Counter
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import tflite
from flatbuffers.number_types import Int32Flags, Uint32Flags

from ...errors import TcmError
from ...ops.tflite.file import FileTensor
from .model import FileModel, FileOperator, FileSubgraph
from .recursion import refuse_recursion
from .tables import (
    TableOptions,
    array,
    checked_count,
    damaged,
    integers,
    number,
    reading,
    text,
)

IDENTIFIER = b"TFL3"
VERSION = 3
LFS_POINTER = b"version https://git-lfs.github.com/spec/"

# No microcontroller holds as much; the limits bound the time and memory that a hostile file costs.
# Those of tensors and operators are for all subgraphs together.
MOST_FILE_BYTES = 1 << 28
MOST_CONSTANT_BYTES = 1 << 28
MOST_SUBGRAPHS = 100
MOST_TENSORS = 20_000
MOST_OPERATORS = 5_000
MOST_OPERANDS = 1_000
MOST_DIMENSIONS = 8

NAME_SLOT, EXTERNAL_BUFFER_SLOT = 10, 24
"""Of a tensor's name and of its data in another file, in the schema's vtable of tensors."""

CUSTOM_CODE_SLOT, BUILTIN_CODE_SLOT = 6, 10
"""Of a custom operator's name and of a builtin operator, in the vtable of operator codes."""

SUBGRAPH_OPTIONS = {
    "CALL_ONCE": ("InitSubgraphIndex",),
    "IF": ("ThenSubgraphIndex", "ElseSubgraphIndex"),
    "WHILE": ("CondSubgraphIndex", "BodySubgraphIndex"),
}
"""The operators that run subgraphs, and their options that say which."""


def _names(enumeration: type) -> dict[int, str]:
    """Number -> name of one of the schema's enumerations."""
    members = vars(enumeration).items()
    return {number: name for name, number in members if not name.startswith("_")}


DTYPES = {number: name.lower() for number, name in _names(tflite.TensorType).items()}
OPERATORS = _names(tflite.BuiltinOperator)
OPTIONS = _names(tflite.BuiltinOptions)


def read_model(data: bytes) -> FileModel:
    """All subgraphs of a file's content.

    Raises TcmError if it is damaged, or of another format or version.
    """
    if data.startswith(LFS_POINTER):
        raise TcmError(
            "the file is not the model but a pointer of Git LFS to it",
            expected="a TensorFlow Lite model",
            got=f"{len(data)} bytes of text",
            hint="run `git lfs pull` where the file comes from, or download the file itself",
        )
    if len(data) < 8 or data[4:8] != IDENTIFIER:
        raise TcmError(
            "not a TensorFlow Lite model",
            expected="a file with the identifier TFL3",
            got=f"{len(data)} bytes, identifier {data[4:8]!r}",
            hint="check that it is the right file, and that all of it was downloaded",
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
            raise TcmError(
                "file not found",
                expected="a .tflite file",
                got=str(path),
                hint="check the path, which counts from the current folder",
            )
        size = path.stat().st_size
        if size > MOST_FILE_BYTES:
            raise TcmError(
                "the file is too large for a microcontroller's model",
                expected=f"at most {MOST_FILE_BYTES} bytes",
                got=f"{size} bytes",
                hint="check that it is the right file, or take a smaller model",
            )
        return path.read_bytes()
    except OSError as error:
        raise TcmError(
            "the file cannot be read",
            got=error.strerror or str(error),
            hint="check its name, and that you may read it",
        ) from None


def _unpacked(stored: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The int4 elements of bytes that hold two each, the first one in the lower half, as int8."""
    pairs = np.stack([stored << 4, stored], axis=-1).view(np.int8) >> 4
    elements = prod(shape)
    if not 0 <= 2 * stored.size - elements <= 1:
        raise damaged("the data", f"{stored.size} bytes for {elements} elements of 4 bits")
    return pairs.reshape(-1)[:elements].reshape(shape)


class _Reader:
    """Reads under ``reading``; counts are checked before anything is sized by them."""

    def __init__(self, data: bytes, model: Any) -> None:
        self.data = data
        self.model = model
        self.constant_bytes = 0
        self.counts: Counter[str] = Counter()

    def read(self) -> FileModel:
        count = self._count("subgraphs", self.model.SubgraphsLength(), MOST_SUBGRAPHS)
        subgraphs = []
        for index in range(count):
            with reading(f"subgraph {index}"):
                subgraphs.append(self._subgraph(index, self.model.Subgraphs(index)))
        if not subgraphs[0].outputs:
            raise damaged("the model", f"no outputs; inputs {subgraphs[0].inputs}")
        refuse_recursion(subgraphs)
        return FileModel(tuple(subgraphs))

    def _subgraph(self, number: int, table: Any) -> FileSubgraph:
        place = f"subgraph {number}, " if number else ""
        count = self._count("tensors", table.TensorsLength(), MOST_TENSORS)
        tensors = []
        for index in range(count):
            with reading(f"{place}tensor {index}"):
                tensors.append(self._tensor(index, table.Tensors(index)))
        operators = self._operators(place, table, count)
        inputs = self._indices(table.InputsAsNumpy(), count, f"{place}inputs")
        outputs = self._indices(table.OutputsAsNumpy(), count, f"{place}outputs")
        if min((*inputs, *outputs), default=0) < 0:
            raise damaged(f"{place}the model", f"inputs {inputs}, outputs {outputs}")
        return FileSubgraph(tuple(tensors), operators, inputs, outputs)

    def _count(self, what: str, count: int, most: int) -> int:
        """Of tables in the whole file: each takes the four bytes of its offset at least."""
        self.counts[what] += count
        checked_count(what, self.counts[what], min(most, len(self.data) // 4))
        return count

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
            bool(table.IsVariable()),
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
        if number(table, EXTERNAL_BUFFER_SLOT, Uint32Flags) != 0:
            return None, "stored in another file"
        index, count = table.Buffer(), self.model.BuffersLength()
        if index == 0 and count == 0:
            return None, None
        if index >= count:
            raise damaged("the buffer", f"buffer {index} of {count}")
        stored = self._stored(self.model.Buffers(index))
        if stored is not None and index == 0:
            raise damaged("the buffer", "data in buffer 0, which stands for no data")
        return stored, None

    def _stored(self, buffer: Any) -> np.ndarray | None:
        """The bytes of a buffer, which are in it or, in large models, behind the flatbuffer."""
        offset, size = buffer.Offset(), buffer.Size()
        if offset > 1:
            if offset + size > len(self.data):
                raise damaged("the buffer", f"{size} bytes at {offset} of {len(self.data)}")
            return np.frombuffer(self.data, np.uint8, size, offset)
        return buffer.DataAsNumpy() if buffer.DataLength() else None

    def _elements(self, stored: np.ndarray, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
        """A copy of a constant's bytes as an array; types that NumPy lacks stay bytes."""
        self.constant_bytes += stored.size
        checked_count("bytes of constants", self.constant_bytes, MOST_CONSTANT_BYTES)
        if dtype == "int4":
            return _unpacked(stored, shape)
        if dtype == "uint8":
            return (stored ^ 0x80).view(np.int8).reshape(shape)
        if dtype == "bool":
            return (stored != 0).reshape(shape)
        if dtype not in ("int8", "int16", "int32", "int64", "float32"):
            return stored
        return np.array(stored).view(dtype).reshape(shape)

    def _operators(self, place: str, graph: Any, tensors: int) -> tuple[FileOperator, ...]:
        count = self._count("operators", graph.OperatorsLength(), MOST_OPERATORS)
        operators = []
        for index in range(count):
            with reading(f"{place}operator {index}"):
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
        subgraphs = self._subgraphs_run(name, options)
        return FileOperator(index, name, inputs, outputs, options, options_type, subgraphs)

    def _subgraphs_run(self, name: str, options: TableOptions) -> tuple[int, ...]:
        fields = SUBGRAPH_OPTIONS.get(name, ())
        subgraphs = tuple(int(options.number(field, -1)) for field in fields)
        count = self.model.SubgraphsLength()
        if not all(0 <= index < count for index in subgraphs):
            raise damaged(f"what {name} runs", f"subgraphs {subgraphs} of {count}")
        return subgraphs

    def _operator_name(self, code: Any) -> str:
        """A file has the code in an older field, in a newer one or in both; the larger counts.

        The newer one is read as it stands: the accessor of the schema's package gives the older
        one instead for small codes. Source: TensorFlow Lite's GetBuiltinCode.
        """
        newer = number(code, BUILTIN_CODE_SLOT, Int32Flags)
        builtin = max(code.DeprecatedBuiltinCode(), newer)
        name = OPERATORS.get(builtin, f"operator code {builtin}")
        return f"CUSTOM {text(code, CUSTOM_CODE_SLOT)}" if name == "CUSTOM" else name

    def _options(self, table: Any, source: str) -> tuple[TableOptions, str]:
        kind, union = OPTIONS.get(table.BuiltinOptionsType(), ""), table.BuiltinOptions()
        schema = getattr(tflite, kind, None)
        if union is None or kind == "NONE" or schema is None:
            return TableOptions(None, source), ""
        options = schema()
        options.Init(union.Bytes, union.Pos)
        return TableOptions(options, source), kind
