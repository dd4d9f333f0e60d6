"""Op, Kernel, Layer and Case: what an operator's folder declares.

An operator is a folder ``ops/<name>/``:

    op.py         the Op (fields, tensor arguments, checks, shape rule, C constants) and KERNELS
    reference.py  the exact integer reference on torch tensors
    frontend.py   PyTorch patterns, quantization rule and lowering (where PyTorch has the operator)
    tflite.py     TensorFlow Lite operators and lowering (where TensorFlow Lite has the operator)
    cases.py      CASES, run on the reference, the host and every emulated core
    random_layers.py  RANDOM_LAYERS, functions that draw layers for tests of every kernel
    <kernel>.h    one C header per kernel

Only reference.py and frontend.py import torch, and only the stages that need them load those.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, cast, get_type_hints

import numpy as np

from ..errors import TcmError
from ..ir import TensorType
from ..ir.artifacts import Overlap
from .interfaces import Interfaces
from .signature import USUAL, Signature


@dataclass(frozen=True)
class TensorArgument:
    """A tensor argument of an operator, in the order in which the schema lists it; ``dtypes`` are
    the element types that it may have."""

    name: str
    dtypes: tuple[str, ...] = ("int8",)
    optional: bool = False


@dataclass(frozen=True)
class View:
    """An output that is a contiguous part of an argument: its bytes from ``offset`` on."""

    argument: str
    offset: int = 0


@dataclass(frozen=True)
class Part:
    """Where an argument lies in the output that it becomes part of: runs of ``run`` bytes, the
    first at ``offset``, each ``stride`` bytes behind the one before."""

    offset: int
    run: int
    stride: int


@dataclass(frozen=True)
class Op(Interfaces):
    """An operator with its fields; subclasses are frozen dataclasses.

    ``tensors`` are the tensor arguments in order, ``outputs`` the names of the results; kernels
    have parameters of these names. ``quantization_data`` names those tensors and fields on which
    the work of a layer does not depend; all others are structural: layers that differ in them have
    different signatures. What an operator lets passes do with it is in ``Interfaces``.
    """

    name: ClassVar[str]
    tensors: ClassVar[tuple[TensorArgument, ...]]
    quantization_data: ClassVar[frozenset[str]] = frozenset()
    outputs: ClassVar[tuple[str, ...]] = ("output",)

    @classmethod
    def tensor_names(cls) -> tuple[str, ...]:
        return tuple(argument.name for argument in cls.tensors)

    def infer(self, types: Mapping[str, TensorType | None]) -> tuple[TensorType, ...]:
        """The types of the outputs, without quantization. Raises TcmError, naming the operator and
        the argument, if the arguments do not fit."""
        self.check_presence_and_dtypes(types)
        self.check_not_empty(types)
        return self.output_types({name: t for name, t in types.items() if t is not None})

    def check_presence_and_dtypes(self, types: Mapping[str, TensorType | None]) -> None:
        for argument in self.tensors:
            type_ = types.get(argument.name)
            if type_ is None:
                if not argument.optional:
                    raise self.error(argument.name, expected="a tensor", got="nothing")
            elif type_.dtype not in argument.dtypes:
                expected = " or ".join(argument.dtypes)
                raise self.error(argument.name, expected=expected, got=type_.dtype)

    def check_not_empty(self, types: Mapping[str, TensorType | None]) -> None:
        for name, type_ in types.items():
            if type_ is not None:
                fits = all(size >= 1 for size in type_.shape)
                self.expect(fits, name, "sizes of at least 1", type_.shape)

    def output_types(self, types: Mapping[str, TensorType]) -> tuple[TensorType, ...]:
        """What ``infer`` gives for arguments whose dtypes fit; for one output, the default asks
        ``output_shape`` and ``output_dtype``."""
        return (TensorType(self.output_shape(types), self.output_dtype(types)),)

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        """The shape rule; checks ranks and sizes with ``expect`` first."""
        raise NotImplementedError

    def output_dtype(self, types: Mapping[str, TensorType]) -> str:
        """By default that of the first argument, and int8 where there is none."""
        return types[self.tensors[0].name].dtype if self.tensors else "int8"

    def views(self, types: Mapping[str, TensorType]) -> tuple[View, ...] | None:
        """For each output the part of an argument that it is, so that the operator needs no kernel
        and no memory; None where something has to be computed or moved."""
        return (View(self.tensors[0].name),) if self.reshapes else None

    def parts(self, types: Mapping[str, TensorType]) -> Mapping[str, Part]:
        """The arguments that become parts of the only output as they are, if any.

        A kernel of such an operator gets NULL for an argument that lies in its place already,
        because it was computed there.
        """
        return {}

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

    def accumulators(
        self, types: Mapping[str, TensorType], constants: Mapping[str, np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """Least and largest weighted sum with bias, before it wraps at 32 bits, of each output
        channel for any input: [channels] int64. None where the operator has no such sum.

        constants: argument name -> data, of the arguments that are constant.
        """
        return None

    def macs(self, types: Mapping[str, TensorType]) -> int:
        """Multiply-accumulates of one inference; 0 where the operator has none."""
        return 0

    def error(self, argument: str, *, expected: object, got: object) -> TcmError:
        return TcmError(
            f"{self.name}: argument '{argument}' does not fit",
            expected=expected,
            got=got,
            hint="`tcm ops` says what the operator takes; where a model that PyTorch or TensorFlow "
            "Lite runs leads here, please report it",
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
        results = ", ".join("Tensor" for _ in cls.outputs)
        if len(cls.outputs) > 1:
            results = f"({results})"
        return f"{cls.name}({', '.join(parts)}) -> {results}"


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
    outputs: tuple[TensorType, ...]
    constants: Mapping[str, np.ndarray]

    @cached_property
    def signature(self) -> Signature:
        """What the layer's cost depends on."""
        data = self.op.quantization_data
        shapes = ((name, type_.shape) for name, type_ in self.types.items() if name not in data)
        names = (item.name for item in dataclasses.fields(self.op) if item.name not in data)
        return Signature(
            self.op.name,
            tuple(shapes),
            tuple((name, _structural(getattr(self.op, name))) for name in names),
            self._dtype(),
        )

    def _dtype(self) -> str:
        """Of the first argument, if that is in the signature and may be int8 or another one."""
        first = next(iter(self.op.tensors), None)
        if first is None or USUAL not in first.dtypes or first.name in self.op.quantization_data:
            return USUAL
        return self.types[first.name].dtype

    @property
    def output(self) -> TensorType:
        """The type of the only output."""
        (output,) = self.outputs
        return output

    @property
    def output_bytes(self) -> int:
        return sum(output.bytes for output in self.outputs)


def _structural(value: bool | int | tuple[int, ...]) -> bool | tuple[int, ...]:
    return value if isinstance(value, bool | tuple) else (int(value),)


def _always(layer: Layer) -> bool:
    return True


def _never(layer: Layer) -> bool:
    return False


def _no_scratch(layer: Layer) -> int:
    return 0


def _no_constants(layer: Layer) -> dict[str, int | float]:
    return {}


def _not_in_place(layer: Layer) -> tuple[str, ...]:
    return ()


def no_overlap(layer: Layer) -> dict[str, Overlap]:
    return {}


def _as_given(layer: Layer) -> dict[str, np.ndarray]:
    return dict(layer.constants)


class Header(NamedTuple):
    """A C header that is in no operator's folder: its file's name, and what is in it."""

    name: str
    text: str


@dataclass(frozen=True)
class Kernel:
    """One implementation of an operator.

    ``name`` is the C function and, with ".h", the header beside op.py. The function's parameter
    names say what is passed: a tensor argument, an output, ``scratch``, or a name from
    ``Op.constants``. A parameter whose argument is left out gets NULL.

    needs: features that the core must have ("dsp", "mve").
    dtypes: the element types of the first argument that the kernel computes; none: all that the
        operator takes.
    applies: whether the kernel computes this layer exactly.
    scratch_bytes: working memory for this layer.
    pack: constant name -> data, as the kernel wants them; new names may be pointer parameters.
    constants: more values for scalar parameters, by name (such as a shift that all channels share).
    in_place: tensor arguments whose memory the only output may share in this layer.
    overlap: tensor arguments that the only output may lie over in other ways, and how.
    leaves_room: whether rows (the last dimension) of the only output may lie further apart than
        they are long in this layer; the C's parameter ``output_stride`` says how far, in elements.
    lean_form_of: the operator's kernel, by name, that this one differs from by less flash and a
        little time: so little that estimates take it from layers with both.
    provider: "ours", or the library that has ``symbols`` ("cmsis-nn") and, as its versions differ,
        has none of ``absent_symbols``.
    scratch_function: for a library's kernel, the C function (in the header, with parameters named
        in the same way) that gives the scratch size; it is asked on the core itself.
    folder: where the header is, if not beside op.py; discovery says so of kernels from outside.
    own_header: of a kernel that one model brings for a layer of its own, its header.
    """

    name: str
    applies: Callable[[Layer], bool] = _always
    dtypes: tuple[str, ...] = ()
    needs: frozenset[str] = frozenset()
    scratch_bytes: Callable[[Layer], int] = _no_scratch
    pack: Callable[[Layer], dict[str, np.ndarray]] = _as_given
    constants: Callable[[Layer], dict[str, int | float]] = _no_constants
    in_place: Callable[[Layer], tuple[str, ...]] = _not_in_place
    overlap: Callable[[Layer], Mapping[str, Overlap]] = no_overlap
    leaves_room: Callable[[Layer], bool] = _never
    lean_form_of: str | None = None
    provider: str = "ours"
    symbols: tuple[str, ...] = ()
    absent_symbols: tuple[str, ...] = ()
    scratch_function: str | None = None
    folder: Path | None = field(default=None, compare=False)
    own_header: Header | None = None

    @property
    def header(self) -> str:
        return f"{self.name}.h" if self.own_header is None else self.own_header.name

    def overlaps(self, layer: Layer) -> dict[str, Overlap]:
        """How the only output may lie over each argument, for those that it may lie over."""
        in_place = dict.fromkeys(self.in_place(layer), Overlap(0, step=0))
        return {**in_place, **self.overlap(layer)}

    def computes(self, layer: Layer) -> bool:
        """Whether the kernel computes this layer exactly."""
        if self.dtypes and layer.types[layer.op.tensors[0].name].dtype not in self.dtypes:
            return False
        return self.applies(layer)


def for_dtype(dtype: str, kernels: Iterable[Kernel]) -> list[Kernel]:
    """The kernels, which compute no other type of the first argument than this."""
    return [dataclasses.replace(kernel, dtypes=(dtype,)) for kernel in kernels]


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
    """What ``ops/<name>/op.py`` exports, found by discovery, with the kernels from outside.

    package: what the folder's modules are imported from, "torch_cortex_m.ops" for ours.
    """

    op: type[Op]
    kernels: tuple[Kernel, ...]
    folder: Path = field(compare=False)
    package: str

    @property
    def name(self) -> str:
        return self.op.name

    def header(self, kernel: Kernel) -> Path:
        return (kernel.folder or self.folder) / kernel.header

    def header_text(self, kernel: Kernel) -> str:
        if kernel.own_header is not None:
            return kernel.own_header.text
        return self.header(kernel).read_text()
