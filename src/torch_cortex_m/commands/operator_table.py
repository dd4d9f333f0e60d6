"""What every operator of the graph stands for and what computes it, as a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from textwrap import fill

from ..ops import definitions, part
from ..ops.base import Definition, Op
from ..ops.tflite.builtin import Builtin, Kind

FEATURES: Mapping[str, frozenset[str]] = {
    "every core": frozenset(),
    "DSP (M4, M7, M33)": frozenset({"dsp"}),
    "MVE (M55, M85)": frozenset({"dsp", "mve"}),
}
"""Column -> what a core must have for the kernels that it lists and that the columns before do
not."""

PYTORCH = "PyTorch"
TFLITE = "TensorFlow Lite"

INTERNAL = ("tcm_recurrent",)
"""Of operators that no model has; recurrent layers are named as torch.nn names them."""

PAGE = """\
# Operators

What compiles, from PyTorch and from TensorFlow Lite, and what computes it; `tcm ops --markdown`
writes this page. PyTorch's operators are those that `torch.export` gives: a name stands for all its
spellings (function, method, module, in place). Beside them batch norms, dropouts and copies are
taken away, and what depends on constants only is computed when the model is compiled.

Names in brackets are the element types of what is computed from; those of several tensors are apart
by semicolons, unless they are the same. A kernel of CMSIS-NN is used only where the firmware has it
and it was measured to be faster.

"""

APART = """\

## Taken apart

These operators of PyTorch become several of those above before anything is quantized, so that each
result in between has a scale of its own; some of them where their indices are constant, or their
windows lie side by side, as the message says that refuses others:

"""


@dataclass(frozen=True)
class Row:
    """An operator: from which names of PyTorch and TensorFlow Lite, under which limits."""

    name: str
    dtypes: str
    pytorch: tuple[str, ...]
    tflite: tuple[str, ...]
    kernels: Mapping[str, tuple[str, ...]]


def rows() -> list[Row]:
    """One for each operator, in alphabetical order."""
    return [_row(definition) for _, definition in sorted(definitions().items())]


def _row(definition: Definition) -> Row:
    return Row(
        definition.name,
        _types(definition.op),
        tuple(_sorted(_pytorch(definition.name))),
        tuple(_sorted(_tflite(definition.name))),
        {column: tuple(dict.fromkeys(_kernels(definition, column))) for column in FEATURES},
    )


def _sorted(names: Iterable[str]) -> list[str]:
    return sorted(dict.fromkeys(names))


def _types(op: type[Op]) -> str:
    """Of the tensor named input, or of the first one."""
    dtypes = {tensor.name: tensor.dtypes for tensor in reversed(op.tensors)}
    return ", ".join(dtypes.get("input", next(reversed(dtypes.values()), ())))


def _builtin_types(builtin: Builtin) -> str:
    """Of the activations; of the result where there are none."""
    activations = [a.dtypes for a in builtin.arguments if a.kind is Kind.ACTIVATION]
    return "; ".join(dict.fromkeys(map(", ".join, activations or [builtin.outputs])))


def _pytorch(operator: str) -> Iterator[str]:
    """aten names, with the limits of a use in words."""
    module = part(operator, "frontend")
    for pattern in [] if module is None else module.PATTERNS:
        for target in pattern.targets:
            if target.namespace in INTERNAL and pattern.recurrence is None:
                continue
            name = target.overloadpacket.__name__
            yield f"{name} {pattern.accepted}".strip()


def _tflite(operator: str) -> Iterator[str]:
    module = part(operator, "tflite")
    for builtin in [] if module is None else module.BUILTINS:
        yield f"{builtin.name} [{_builtin_types(builtin)}]"


def _kernels(definition: Definition, column: str) -> Iterator[str]:
    """The kernels that need just this column's features."""
    for kernel in definition.kernels:
        smallest = next(name for name, has in FEATURES.items() if kernel.needs <= has)
        if smallest == column and kernel.provider == "ours":
            yield kernel.name


def markdown() -> str:
    """The page of documentation, with a line for each operator."""
    columns = ("operator", "types", PYTORCH, TFLITE, *FEATURES)
    lines = [_line(columns), _line("---" for _ in columns)]
    lines += [
        _line(
            (
                f"`{row.name}`",
                row.dtypes,
                ", ".join(row.pytorch),
                ", ".join(row.tflite),
                *(", ".join(map(_short, kernels)) for kernels in row.kernels.values()),
            )
        )
        for row in rows()
    ]
    return PAGE + "\n".join(lines) + "\n" + APART + _apart() + "\n"


def _apart() -> str:
    from ..frontend.pytorch.support import taken_apart

    return fill(", ".join(taken_apart()) + ".", 100)


def _short(kernel: str) -> str:
    """A kernel's name without the operator's."""
    return kernel.partition("__")[2] or kernel


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
