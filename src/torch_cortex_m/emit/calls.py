"""The C of the layers: a function for each distinct kernel and set of constants, and its calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..ops import definition
from ..ops.base import Kernel, Layer
from .arrays import float_literal, integer_literal
from .pool import Function, Pool
from .prototype import Parameter, Prototype, prototype_in, read_prototype
from .sections import in_section


@dataclass(frozen=True)
class Placement:
    """What a layer's call says of where things lie. output_stride: elements from one row of the
    output to the next, None where rows touch. hosted: arguments that lie in the output already."""

    output_stride: int | None = None
    hosted: frozenset[str] = frozenset()

    def values(self, layer: Layer) -> dict[str, int | float]:
        """The parameter that kernels which leave room have for it."""
        row = (1, *layer.outputs[0].shape)[-1]
        return {"output_stride": self.output_stride or row}


DENSE = Placement()
"""Rows touch, and no argument lies in the output."""


@dataclass
class LayerFunctions:
    """Collects the layer functions; layers with equal kernels and constants share one."""

    prefix: str
    pool: Pool

    def function(
        self, kernel: Kernel, layer: Layer, identifier: str, placement: Placement, section: str
    ) -> tuple[str, Prototype]:
        """(name of the C function for the layer, prototype of its kernel)."""
        prototype = kernel_prototype(kernel, layer)
        _, *arguments = function_key(kernel, layer, placement)
        key = (section, kernel.name, *arguments)
        functions = self.pool.functions
        if key not in functions:
            name = f"{self.prefix}_run_{identifier}"
            functions[key] = _function(name, prototype, arguments, kernel.header, section)
        functions[key].users.add(self.prefix)
        return functions[key].name, prototype

    def sources(self) -> list[str]:
        """Of the functions that nobody else calls."""
        own = (each for each in self.pool.functions.values() if each.users == {self.prefix})
        return [function_source(each, "static ", self.pool.owner) for each in own]


def function_source(function: Function, linkage: str, owner: str) -> str:
    """linkage: what stands before the definition. owner: whose macro the section has."""
    place = in_section(owner, function.section, function.name)
    return f"{linkage}TCM_NOINLINE {place}{function.head}\n{function.body}"


def kernel_prototype(kernel: Kernel, layer: Layer) -> Prototype:
    if kernel.own_header is not None:
        return prototype_in(kernel.own_header.text, kernel.header, kernel.name)
    return read_prototype(definition(layer.op.name).header(kernel), kernel.name)


def function_key(kernel: Kernel, layer: Layer, placement: Placement = DENSE) -> tuple[str, ...]:
    """The kernel's name and the arguments of its call: layers with equal ones share a function."""
    values = placement.values(layer) | scalar_values(kernel, layer)
    parameters = kernel_prototype(kernel, layer).parameters
    return kernel.name, *(
        "NULL" if p.name in placement.hosted else scalar_or_name(p, layer, values)
        for p in parameters
    )


def scalar_values(kernel: Kernel, layer: Layer) -> dict[str, int | float]:
    """Parameter name -> value, from the operator and from the kernel."""
    return layer.op.constants(layer.types) | kernel.constants(layer)


def is_absent(parameter: Parameter, layer: Layer) -> bool:
    """Whether the parameter is an optional tensor argument that this layer leaves out."""
    return parameter.name in layer.op.tensor_names() and parameter.name not in layer.types


def scalar_or_name(parameter: Parameter, layer: Layer, values: Mapping[str, int | float]) -> str:
    """The text that a kernel's parameter gets inside a layer function."""
    if parameter.is_pointer:
        return "NULL" if is_absent(parameter, layer) else parameter.name
    if parameter.name not in values:
        raise LookupError(f"{layer.op.name} has no constant '{parameter.name}' for its kernel")
    value = values[parameter.name]
    if parameter.c_type == "float":
        return float_literal(value)
    return integer_literal(int(value))


def _function(
    name: str, prototype: Prototype, arguments: Sequence[str], header: str, section: str
) -> Function:
    passed = [
        parameter
        for parameter, argument in zip(prototype.parameters, arguments, strict=True)
        if parameter.is_pointer and argument != "NULL"
    ]
    parameters = ", ".join(_declare(parameter) for parameter in passed)
    head = f"{prototype.returns} {name}({parameters})"
    result = "return " if prototype.returns != "void" else ""
    body = f"{{\n    {result}{_call(prototype.name, arguments)};\n}}\n"
    return Function(name, head, body, header, section)


def _declare(parameter: Parameter) -> str:
    return f"{parameter.c_type}{parameter.name}"


def _call(function: str, arguments: Sequence[str]) -> str:
    lines, line = [], f"{function}("
    for index, argument in enumerate(arguments):
        text = argument + (", " if index + 1 < len(arguments) else ")")
        if len(line) + len(text) > 96:
            lines.append(line.rstrip())
            line = "        "
        line += text
    return "\n".join([*lines, line])


def layer_call(
    name: str,
    prototype: Prototype,
    layer: Layer,
    placement: Placement,
    pointer: Callable[[str], str],
) -> str:
    """The statement that calls a layer function; ``pointer`` maps a parameter name to C."""
    passed = [
        pointer(parameter.name)
        for parameter in prototype.parameters
        if parameter.is_pointer
        and not is_absent(parameter, layer)
        and parameter.name not in placement.hosted
    ]
    call = _call(name, passed)
    if prototype.returns == "void":
        return f"    {call};"
    return f"    status = {call};\n    if (status != 0) {{\n        return status;\n    }}"


def packed_constants(kernel: Kernel, layer: Layer) -> Mapping:
    """Constant name -> data as the kernel wants them."""
    return kernel.pack(layer)
