"""Writes small .tflite files, so that the tests need no TensorFlow and no checked-in models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import flatbuffers
import numpy as np
import tflite

Scales = float | list[float]

LARGEST_OLDER_CODE = tflite.BuiltinOperator.PLACEHOLDER_FOR_GREATER_OP_CODES
"""What the older field of an operator code has for all codes that it has no room for."""

TENSOR_FIELDS, EXTERNAL_BUFFER = 11, 10
"""Of the newest schema, which the schema's package does not have yet."""


@dataclass(frozen=True)
class Form:
    """How a file says the same; the schema leaves it to who writes it.

    code: the fields that say which operator it is: both, or only the older or the newer one.
    options: whether operators have their tables of options.
    defaults: fields are written though they have the schema's default.
    sparing: names and empty shapes are left out.
    zero_points: whether those are written that are 0.
    buffers: their order and place; "outside" is behind the flatbuffer, as in large models.
    empty_buffer: whether buffer 0, which stands for no data, is empty as it must be.
    code_each: each use of an operator has an operator code of its own.
    """

    code: Literal["both", "older", "newer"] = "both"
    options: bool = True
    defaults: bool = False
    sparing: bool = False
    zero_points: bool = True
    buffers: Literal["in order", "reversed", "outside"] = "in order"
    empty_buffer: bool = True
    code_each: bool = False


USUAL = Form()


class Content(bytes):
    """A file's content, which its writer can write in other forms too."""

    file: _File

    def written(self, form: Form) -> bytes:
        return self.file.write(form)


@dataclass
class Tensor:
    """``external``: the number of a buffer in another file. ``variable``: lives between calls."""

    name: str
    shape: tuple[int, ...]
    dtype: str = "int8"
    scales: Scales | None = None
    zero_points: int | list[int] = 0
    axis: int = 0
    data: np.ndarray | None = None
    signature: tuple[int, ...] | None = None
    external: int = 0
    variable: bool = False


@dataclass
class Operator:
    name: str
    inputs: list[int]
    outputs: list[int]
    options_type: str | None = None
    options: dict[str, Any] = field(default_factory=dict)


@dataclass
class Subgraph:
    tensors: list[Tensor]
    operators: list[Operator]
    inputs: list[int]
    outputs: list[int]


class ModelWriter:
    """Tensors and operators by index, then ``write``."""

    def __init__(self) -> None:
        self.tensors: list[Tensor] = []
        self.operators: list[Operator] = []

    def tensor(self, name: str, shape: tuple[int, ...], *arguments: Any, **fields: Any) -> int:
        """``arguments`` and ``fields`` as Tensor has them."""
        self.tensors.append(Tensor(name, shape, *arguments, **fields))
        return len(self.tensors) - 1

    def constant(self, name: str, data: np.ndarray, **fields: Any) -> int:
        return self.tensor(name, data.shape, str(data.dtype), data=data, **fields)

    def operator(
        self,
        name: str,
        inputs: list[int],
        output: int | list[int],
        options_type: str | None = None,
        **options: Any,
    ) -> None:
        """``name`` as in the schema, or any other for a custom operator; ``options`` by the
        schema's names (StrideH=2)."""
        outputs = output if isinstance(output, list) else [output]
        self.operators.append(Operator(name, inputs, outputs, options_type, options))

    def subgraph(self, inputs: list[int], outputs: list[int]) -> Subgraph:
        return Subgraph(self.tensors, self.operators, inputs, outputs)

    def write(
        self,
        inputs: list[int],
        outputs: list[int],
        version: int = 3,
        others: Sequence[Subgraph] = (),
    ) -> Content:
        """This is the main subgraph, number 0, before ``others``."""
        file = _File([self.subgraph(inputs, outputs), *others], version)
        content = Content(file.write(USUAL))
        content.file = file
        return content


@dataclass
class _File:
    subgraphs: list[Subgraph]
    version: int

    def write(self, form: Form) -> bytes:
        """Where buffers stand outside is known when the rest is written: offsets have one size."""
        content, buffers = _FileWriter(form).write(self)
        if form.buffers != "outside":
            return content
        start = -(-len(content) // 16) * 16
        content, buffers = _FileWriter(form, start).write(self)
        return content.ljust(start, b"\0") + buffers


class _FileWriter:
    """``start``: where buffers that stand outside of the flatbuffer begin."""

    def __init__(self, form: Form, start: int = 16) -> None:
        self.form = form
        self.start = start
        self.outside = b""
        self.builder = flatbuffers.Builder(1024)
        self.builder.ForceDefaults(form.defaults)
        self.buffers: dict[int, int] = {}
        self.codes: list[str] = []

    def write(self, file: _File) -> tuple[bytes, bytes]:
        """The flatbuffer, and the buffers outside of it."""
        buffers = self._buffers(file)
        subgraphs = [self._subgraph(each) for each in file.subgraphs]
        codes = [self._code(name) for name in self.codes]
        model = self._table(
            "Model",
            Version=file.version,
            OperatorCodes=self._tables(codes),
            Subgraphs=self._tables(subgraphs),
            Buffers=self._tables(buffers),
        )
        self.builder.Finish(model, b"TFL3")
        return bytes(self.builder.Output()), self.outside

    def _subgraph(self, subgraph: Subgraph) -> int:
        tensors = [self._tensor(each) for each in subgraph.tensors]
        operators = [self._operator(each) for each in subgraph.operators]
        return self._table(
            "SubGraph",
            Tensors=self._tables(tensors),
            Inputs=self._integers(subgraph.inputs),
            Outputs=self._integers(subgraph.outputs),
            Operators=self._tables(operators),
        )

    def _table(self, kind: str, **fields: Any) -> int:
        getattr(tflite, f"{kind}Start")(self.builder)
        return self._end(kind, fields)

    def _end(self, kind: str, fields: dict[str, Any]) -> int:
        for name, value in fields.items():
            getattr(tflite, f"{kind}Add{name}")(self.builder, value)
        return self.builder.EndObject()

    def _tables(self, offsets: list[int]) -> int:
        self.builder.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            self.builder.PrependUOffsetTRelative(offset)
        return self.builder.EndVector()

    def _integers(self, values: Any) -> int:
        return self.builder.CreateNumpyVector(np.asarray(values, np.int32))

    def _buffers(self, file: _File) -> list[int]:
        """All constants, behind the empty buffer 0; ``buffers``: number by identity of the data."""
        constants = [
            tensor.data
            for subgraph in file.subgraphs
            for tensor in subgraph.tensors
            if tensor.data is not None
        ]
        if self.form.buffers == "reversed":
            constants.reverse()
        self.buffers = {id(data): index for index, data in enumerate(constants, 1)}
        first = self._table("Buffer") if self.form.empty_buffer else self._buffer(np.zeros(1))
        return [first, *(self._buffer(data) for data in constants)]

    def _buffer(self, data: np.ndarray) -> int:
        """Data are aligned to 16 bytes, as the schema demands."""
        raw = np.ascontiguousarray(data).tobytes()
        if self.form.buffers == "outside":
            offset = self.start + len(self.outside)
            self.outside += raw.ljust(-(-len(raw) // 16) * 16, b"\0")
            return self._table("Buffer", Offset=offset, Size=len(raw))
        self.builder.StartVector(1, len(raw), 16)
        self.builder.head -= len(raw)
        self.builder.Bytes[self.builder.head : self.builder.head + len(raw)] = raw
        return self._table("Buffer", Data=self.builder.EndVector())

    def _tensor(self, tensor: Tensor) -> int:
        fields: dict[str, Any] = {
            "Type": getattr(tflite.TensorType, tensor.dtype.upper()),
            "Buffer": 0 if tensor.data is None else self.buffers[id(tensor.data)],
        }
        if tensor.shape or not self.form.sparing:
            fields["Shape"] = self._integers(tensor.shape)
        if not self.form.sparing:
            fields["Name"] = self.builder.CreateString(tensor.name)
        if tensor.scales is not None:
            fields["Quantization"] = self._quantization(tensor)
        if tensor.variable:
            fields["IsVariable"] = True
        if tensor.signature is not None:
            fields["ShapeSignature"] = self._integers(tensor.signature)
        self.builder.StartObject(TENSOR_FIELDS)
        self.builder.PrependUint32Slot(EXTERNAL_BUFFER, tensor.external, 0)
        return self._end("Tensor", fields)

    def _quantization(self, tensor: Tensor) -> int:
        scales = np.atleast_1d(np.asarray(tensor.scales, np.float32))
        zero_points = np.broadcast_to(np.asarray(tensor.zero_points, np.int64), scales.shape)
        fields: dict[str, Any] = {"Scale": self.builder.CreateNumpyVector(scales)}
        if zero_points.any() or self.form.zero_points:
            contiguous = np.ascontiguousarray(zero_points)
            fields["ZeroPoint"] = self.builder.CreateNumpyVector(contiguous)
        return self._table("QuantizationParameters", QuantizedDimension=tensor.axis, **fields)

    def _operator(self, operator: Operator) -> int:
        fields = {
            "OpcodeIndex": self._code_index(operator.name),
            "Inputs": self._integers(operator.inputs),
            "Outputs": self._integers(operator.outputs),
        }
        if operator.options_type is not None and self.form.options:
            values = {name: self._option(value) for name, value in operator.options.items()}
            options = self._table(operator.options_type, **values)
            fields["BuiltinOptionsType"] = getattr(tflite.BuiltinOptions, operator.options_type)
            fields["BuiltinOptions"] = options
        return self._table("Operator", **fields)

    def _option(self, value: Any) -> int | float:
        if isinstance(value, str):
            return self.builder.CreateString(value)
        return value if isinstance(value, int | float) else self._integers(value)

    def _code_index(self, name: str) -> int:
        if name not in self.codes or self.form.code_each:
            self.codes.append(name)
            return len(self.codes) - 1
        return self.codes.index(name)

    def _code(self, name: str) -> int:
        number = getattr(tflite.BuiltinOperator, name, None)
        fields: dict[str, Any] = {"Version": 1}
        if number is None:
            number = tflite.BuiltinOperator.CUSTOM
            fields["CustomCode"] = self.builder.CreateString(name)
        if self.form.code != "newer":
            fields["DeprecatedBuiltinCode"] = min(number, LARGEST_OLDER_CODE)
        if self.form.code != "older":
            fields["BuiltinCode"] = number
        return self._table("OperatorCode", **fields)
