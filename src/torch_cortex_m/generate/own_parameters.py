"""Whether the parameters of a user's kernel are those that its layer has something for."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from ..emit import C_TYPES, Prototype, kernel_prototype, scalar_values
from ..errors import TcmError
from ..ir import INT32, TensorType
from ..ops.base import Kernel, Layer
from .own_header import PAGE


def check_parameters(kernel: Kernel, layer: Layer, where: str) -> None:
    """Raises TcmError unless every parameter is a tensor argument, an output or a constant of the
    layer, by its name and with its type, and no output or input at run time is left out."""
    expected = _types(kernel, layer)
    prototype = _prototype(kernel, layer, where)
    for parameter in prototype.parameters:
        if parameter.name not in expected:
            raise _unknown(kernel, parameter.name, expected, layer, where)
        allowed = expected[parameter.name]
        if parameter.c_type not in allowed:
            raise TcmError(
                f"parameter '{parameter.name}' of kernel {kernel.name} has another type",
                where=where,
                expected=" or ".join(allowed),
                got=parameter.c_type,
                hint=PAGE,
            )
    given = [parameter.name for parameter in prototype.parameters]
    for name in _needed(layer):
        if name not in given:
            raise TcmError(
                f"kernel {kernel.name} has no parameter '{name}'",
                where=where,
                expected=f"at least {', '.join(_needed(layer))}",
                got=", ".join(given),
                hint=PAGE,
            )


def _prototype(kernel: Kernel, layer: Layer, where: str) -> Prototype:
    try:
        prototype = kernel_prototype(kernel, layer)
    except LookupError as error:
        raise TcmError(
            "the parameters of a kernel cannot be read",
            where=where,
            expected="types and names, such as const int8_t *input, int8_t *output, int32_t rows",
            got=error,
            hint=PAGE,
        ) from None
    if prototype.returns != "void":
        raise TcmError(
            f"kernel {kernel.name} returns something",
            where=where,
            expected=f"TCM_KERNEL void {kernel.name}(...)",
            got=prototype.returns,
            hint=PAGE,
        )
    return prototype


def _types(kernel: Kernel, layer: Layer) -> dict[str, tuple[str, ...]]:
    """Parameter name -> the types that it may have in C."""
    found: dict[str, tuple[str, ...]] = {
        name: _scalar_types(value) for name, value in scalar_values(kernel, layer).items()
    }
    for argument in layer.op.tensors:
        type_ = layer.types.get(argument.name)
        dtypes = argument.dtypes if type_ is None else (type_.dtype,)
        names = dict.fromkeys(C_TYPES[dtype] for dtype in dtypes)
        found[argument.name] = tuple(f"const {name} *" for name in names)
    outputs: Mapping[str, TensorType] = dict(zip(layer.op.outputs, layer.outputs, strict=True))
    return found | {name: (f"{C_TYPES[type_.dtype]} *",) for name, type_ in outputs.items()}


def _scalar_types(value: float) -> tuple[str, ...]:
    if isinstance(value, float):
        return ("float",)
    return ("int32_t", "int64_t") if INT32.low <= value <= INT32.high else ("int64_t",)


def _needed(layer: Layer) -> list[str]:
    """The outputs, and what is given at run time: constants may be in the kernel itself."""
    given = [n for n in layer.op.tensor_names() if n in layer.types and n not in layer.constants]
    return [*given, *layer.op.outputs]


def _unknown(
    kernel: Kernel, name: str, expected: Mapping[str, object], layer: Layer, where: str
) -> TcmError:
    near = get_close_matches(name, expected, n=1)
    hint = f"did you mean {near[0]}?" if near else PAGE
    if name == "scratch":
        hint = "a kernel of one layer has no scratch memory: let it take some stack"
    return TcmError(
        f"kernel {kernel.name} has a parameter '{name}', which {layer.op.name} has not",
        where=where,
        expected=f"one of {', '.join(expected)}",
        got=name,
        hint=hint,
    )
