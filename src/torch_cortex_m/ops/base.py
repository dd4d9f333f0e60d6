"""Op, Kernel, Layer and Case: what an operator's folder declares.

An operator is a folder ``ops/<name>/``:

    op.py         the Op (fields, tensor arguments, checks, shape rule, C constants) and KERNELS
    reference.py  the exact integer reference on torch tensors
    frontend.py   PyTorch patterns, quantization rule and lowering (where PyTorch has the operator)
    tflite.py     TensorFlow Lite operators and lowering (where TensorFlow Lite has the operator)
    cases.py      CASES, run on the reference, the host and every emulated core
    <kernel>.h    one C header per kernel

Only reference.py and frontend.py import torch, and only the stages that need them load those.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, cast, get_type_hints

import numpy as np

from ..errors import TcmError
from ..ir import TensorType
from .interfaces import Interfaces


@dataclass(frozen=True)
class TensorArgument:
    """A tensor argument of an operator, in the order in which the schema lists it."""

    name: str
    dtype: str = "int8"
    optional: bool = False


@dataclass(frozen=True)
class Op(Interfaces):
    """An operator with its fields; subclasses are frozen dataclasses.

    ``tensors`` are the tensor arguments in order. What an operator lets passes do with it is in
    ``Interfaces``.
    """

    name: ClassVar[str]
    tensors: ClassVar[tuple[TensorArgument, ...]]
    output_dtype: ClassVar[str] = "int8"

    @classmethod
    def tensor_names(cls) -> tuple[str, ...]:
        return tuple(argument.name for argument in cls.tensors)

    def infer(self, types: Mapping[str, TensorType | None]) -> TensorType:
        """The output's type. Raises TcmError, naming the operator and the argument, if the
        arguments do not fit."""
        self.check_presence_and_dtypes(types)
        self.check_not_empty(types)
        shape = self.output_shape({name: t for name, t in types.items() if t is not None})
        return TensorType(shape, self.output_dtype)

    def check_presence_and_dtypes(self, types: Mapping[str, TensorType | None]) -> None:
        for argument in self.tensors:
            type_ = types.get(argument.name)
            if type_ is None:
                if not argument.optional:
                    raise self.error(argument.name, expected="a tensor", got="nothing")
            elif type_.dtype != argument.dtype:
                raise self.error(argument.name, expected=argument.dtype, got=type_.dtype)

    def check_not_empty(self, types: Mapping[str, TensorType | None]) -> None:
        for name, type_ in types.items():
            if type_ is not None:
                fits = all(size >= 1 for size in type_.shape)
                self.expect(fits, name, "sizes of at least 1", type_.shape)

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        """The shape rule; checks ranks and sizes with ``expect`` first."""
        raise NotImplementedError

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        """Values for the kernels' scalar parameters, by parameter name.

        The default gives every int, float and bool field by its name.
        """
        values: dict[str, int | float] = {}
        for item in dataclasses.fields(self):
            value = getattr(self, item.name)
            if isinstance(value, bool | int | float):
                values[item.name] = value if isinstance(value, float) else int(value)
        return values

    def macs(self, types: Mapping[str, TensorType]) -> int:
        """Multiply-accumulates of one inference; 0 where the operator has none."""
        return 0

    def error(self, argument: str, *, expected: object, got: object) -> TcmError:
        return TcmError(
            f"{self.name}: argument '{argument}' does not fit", expected=expected, got=got
        )

    def expect(self, holds: bool, argument: str, expected: object, got: object) -> None:
        if not holds:
            raise self.error(argument, expected=expected, got=got)

    @classmethod
    def schema(cls) -> str:
        """The torch schema of the custom operator ``torch.ops.tcm.<name>``."""
        parts = [f"Tensor{'?' if t.optional else ''} {t.name}" for t in cls.tensors]
        hints = get_type_hints(cls)
        fields = dataclasses.fields(cls)
        if fields:
            parts.append("*")
        for item in fields:
            default = ""
            if item.default is not dataclasses.MISSING:
                value: Any = item.default
                value = list(cast("tuple[int]", value)) if isinstance(value, tuple) else value
                default = f"={value}"
            parts.append(f"{_schema_type(hints[item.name])} {item.name}{default}")
        return f"{cls.name}({', '.join(parts)}) -> Tensor"


def _schema_type(hint: Any) -> str:
    if hint in (int, float, bool):
        return hint.__name__
    return "int[]"


def make_op(op_class: type[Op], fields: Mapping[str, Any]) -> Any:
    """The operator from keyword fields; lists become tuples, names of no field are left out."""
    known = {item.name for item in dataclasses.fields(op_class)}
    return op_class(
        **{
            name: tuple(cast("list[int]", value)) if isinstance(value, list) else value
            for name, value in fields.items()
            if name in known
        }
    )


@dataclass(frozen=True)
class Layer:
    """One use of an operator: what a kernel may ask about before it is chosen."""

    op: Any
    types: Mapping[str, TensorType]
    output: TensorType
    constants: Mapping[str, np.ndarray]


def _always(layer: Layer) -> bool:
    return True


def _no_scratch(layer: Layer) -> int:
    return 0


def _no_constants(layer: Layer) -> dict[str, int | float]:
    return {}


def _not_in_place(layer: Layer) -> tuple[str, ...]:
    return ()


def _as_given(layer: Layer) -> dict[str, np.ndarray]:
    return dict(layer.constants)


@dataclass(frozen=True)
class Kernel:
    """One implementation of an operator.

    ``name`` is the C function and, with ".h", the header beside op.py. The function's parameter
    names say what is passed: a tensor argument, ``output``, ``scratch``, or a name from
    ``Op.constants``. A parameter whose argument is left out gets NULL.

    needs: features that the core must have ("dsp", "mve").
    applies: whether the kernel computes this layer exactly.
    scratch_bytes: working memory for this layer.
    pack: constant name -> data, as the kernel wants them; new names may be pointer parameters.
    constants: more values for scalar parameters, by name (such as a shift that all channels share).
    in_place: tensor arguments whose memory the output may share in this layer.
    provider: "ours", or the library that has ``symbols`` ("cmsis-nn") and, as its versions differ,
        has none of ``absent_symbols``.
    scratch_function: for a library's kernel, the C function (in the header, with parameters named
        in the same way) that gives the scratch size; it is asked on the core itself.
    """

    name: str
    applies: Callable[[Layer], bool] = _always
    needs: frozenset[str] = frozenset()
    scratch_bytes: Callable[[Layer], int] = _no_scratch
    pack: Callable[[Layer], dict[str, np.ndarray]] = _as_given
    constants: Callable[[Layer], dict[str, int | float]] = _no_constants
    in_place: Callable[[Layer], tuple[str, ...]] = _not_in_place
    provider: str = "ours"
    symbols: tuple[str, ...] = ()
    absent_symbols: tuple[str, ...] = ()
    scratch_function: str | None = None

    @property
    def header(self) -> str:
        return f"{self.name}.h"


@dataclass(frozen=True)
class Case:
    """An operator with inputs, for tests and benchmarks.

    ``tensors`` has data for every argument (None: left out). Arguments in ``activations`` are
    given at run time; the rest are constants.
    """

    name: str
    op: Any
    tensors: Mapping[str, np.ndarray | None]
    activations: tuple[str, ...] = ("input",)

    def given(self) -> list[str]:
        """The arguments that are given at run time, in the operator's order."""
        return [
            name
            for name in self.op.tensor_names()
            if name in self.activations and self.tensors.get(name) is not None
        ]


@dataclass(frozen=True)
class Definition:
    """What ``ops/<name>/op.py`` exports, found by discovery."""

    op: type[Op]
    kernels: tuple[Kernel, ...]
    folder: Path = field(compare=False)

    @property
    def name(self) -> str:
        return self.op.name

    def header(self, kernel: Kernel) -> Path:
        return self.folder / kernel.header
