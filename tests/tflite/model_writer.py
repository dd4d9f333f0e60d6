"""Writes small .tflite files, so that the tests need no TensorFlow and no checked-in models."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import flatbuffers
import numpy as np
import tflite

Scales = float | list[float]


@dataclass
class Tensor:
    name: str
    shape: tuple[int, ...]
    dtype: str = "int8"
    scales: Scales | None = None
    zero_points: int | list[int] = 0
    axis: int = 0
    data: np.ndarray | None = None
    signature: tuple[int, ...] | None = None


@dataclass
class Operator:
    name: str
    inputs: list[int]
    outputs: list[int]
    options_type: str | None = None
    options: dict[str, Any] = field(default_factory=dict)


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

    def write(self, inputs: list[int], outputs: list[int], version: int = 3) -> bytes:
        builder = flatbuffers.Builder(1024)
        buffers = [self._buffer(builder, None)]
        tensors = []
        for tensor in self.tensors:
            buffer = 0
            if tensor.data is not None:
                buffer = len(buffers)
                buffers.append(self._buffer(builder, tensor.data))
            tensors.append(self._tensor(builder, tensor, buffer))
        names = list(dict.fromkeys(operator.name for operator in self.operators))
        operators = [self._operator(builder, each, names) for each in self.operators]
        codes = [self._code(builder, name) for name in names]
        graph = self._table(
            builder,
            "SubGraph",
            Tensors=self._tables(builder, tensors),
            Inputs=self._integers(builder, inputs),
            Outputs=self._integers(builder, outputs),
            Operators=self._tables(builder, operators),
        )
        model = self._table(
            builder,
            "Model",
            Version=version,
            OperatorCodes=self._tables(builder, codes),
            Subgraphs=self._tables(builder, [graph]),
            Buffers=self._tables(builder, buffers),
        )
        builder.Finish(model, b"TFL3")
        return bytes(builder.Output())

    def _table(self, builder: flatbuffers.Builder, kind: str, **fields: Any) -> int:
        getattr(tflite, f"{kind}Start")(builder)
        for name, value in fields.items():
            getattr(tflite, f"{kind}Add{name}")(builder, value)
        return getattr(tflite, f"{kind}End")(builder)

    def _tables(self, builder: flatbuffers.Builder, offsets: list[int]) -> int:
        builder.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            builder.PrependUOffsetTRelative(offset)
        return builder.EndVector()

    def _integers(self, builder: flatbuffers.Builder, values: Any) -> int:
        return builder.CreateNumpyVector(np.asarray(values, np.int32))

    def _buffer(self, builder: flatbuffers.Builder, data: np.ndarray | None) -> int:
        """Data are aligned to 16 bytes, as the schema demands."""
        if data is None:
            return self._table(builder, "Buffer")
        raw = np.ascontiguousarray(data).tobytes()
        builder.StartVector(1, len(raw), 16)
        builder.head -= len(raw)
        builder.Bytes[builder.head : builder.head + len(raw)] = raw
        return self._table(builder, "Buffer", Data=builder.EndVector())

    def _tensor(self, builder: flatbuffers.Builder, tensor: Tensor, buffer: int) -> int:
        fields = {
            "Shape": self._integers(builder, tensor.shape),
            "Type": getattr(tflite.TensorType, tensor.dtype.upper()),
            "Buffer": buffer,
            "Name": builder.CreateString(tensor.name),
        }
        if tensor.scales is not None:
            scales = np.atleast_1d(np.asarray(tensor.scales, np.float32))
            zero_points = np.broadcast_to(np.asarray(tensor.zero_points, np.int64), scales.shape)
            fields["Quantization"] = self._table(
                builder,
                "QuantizationParameters",
                Scale=builder.CreateNumpyVector(scales),
                ZeroPoint=builder.CreateNumpyVector(np.ascontiguousarray(zero_points)),
                QuantizedDimension=tensor.axis,
            )
        if tensor.signature is not None:
            fields["ShapeSignature"] = self._integers(builder, tensor.signature)
        return self._table(builder, "Tensor", **fields)

    def _operator(self, builder: flatbuffers.Builder, operator: Operator, names: list[str]) -> int:
        fields = {
            "OpcodeIndex": names.index(operator.name),
            "Inputs": self._integers(builder, operator.inputs),
            "Outputs": self._integers(builder, operator.outputs),
        }
        if operator.options_type is not None:
            values = {
                name: value if isinstance(value, int | float) else self._integers(builder, value)
                for name, value in operator.options.items()
            }
            options = self._table(builder, operator.options_type, **values)
            fields["BuiltinOptionsType"] = getattr(tflite.BuiltinOptions, operator.options_type)
            fields["BuiltinOptions"] = options
        return self._table(builder, "Operator", **fields)

    def _code(self, builder: flatbuffers.Builder, name: str) -> int:
        number = getattr(tflite.BuiltinOperator, name, None)
        if number is None:
            custom = builder.CreateString(name)
            number = tflite.BuiltinOperator.CUSTOM
            return self._table(
                builder,
                "OperatorCode",
                DeprecatedBuiltinCode=number,
                CustomCode=custom,
                Version=1,
                BuiltinCode=number,
            )
        return self._table(
            builder,
            "OperatorCode",
            DeprecatedBuiltinCode=min(number, 127),
            Version=1,
            BuiltinCode=number,
        )
