"""Kernels that a user brings for single layers of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import TcmError
from ..ir import Graph
from ..ops.base import Header, Kernel
from ..select import layer_of
from .layer_names import WHERE_NAMES_ARE, matching
from .own_header import FORM, PAGE, check_header, read_header
from .own_parameters import check_parameters

HOST_PLACE, CORE_PLACE = PLACES = ("host", "emulated core")
"""Where a kernel may have been compared with the reference."""


@dataclass(frozen=True)
class GivenKernel:
    """What a user gives: layers by name or pattern, and the function of a header."""

    layers: str
    header: Header
    function: str

    @property
    def where(self) -> str:
        return f"kernel {self.layers}={self.header.name}:{self.function}"


@dataclass(frozen=True)
class OwnKernel:
    """The kernel of one layer, with its header. It needs nothing of a core if it compiles for this
    computer. checked: where it was found to give what the reference does."""

    layer: str
    kernel: Kernel
    checked: tuple[str, ...] = ()

    @property
    def header(self) -> Header:
        assert self.kernel.own_header is not None
        return self.kernel.own_header

    @property
    def text(self) -> str:
        """For a line of a report."""
        proof = f"equal to the reference on the {' and the '.join(self.checked)}"
        return f"{self.layer}: {self.kernel.name} of {self.header.name}, " + (
            proof if self.checked else "NOT CHECKED against the reference"
        )

    def as_data(self) -> dict[str, Any]:
        """For JSON, without the text of the header."""
        return {
            "layer": self.layer,
            "function": self.kernel.name,
            "header": self.header.name,
            "needs": sorted(self.kernel.needs),
            "checked": list(self.checked),
        }

    @staticmethod
    def from_data(data: Mapping[str, Any], headers: Mapping[str, str]) -> OwnKernel:
        """That of ``as_data``. headers: file name -> text. Raises TcmError, LookupError, TypeError
        or ValueError."""
        layer, function, name = str(data["layer"]), str(data["function"]), str(data["header"])
        header = Header(name, str(headers[name]))
        check_header(header, function, f"kernel {layer}")
        needs = frozenset(map(str, data["needs"]))
        kernel = Kernel(function, needs=needs, own_header=header)
        checked = tuple(data["checked"])
        if not {*checked} <= {*PLACES}:
            raise ValueError(f"{checked} are no places to check a kernel")
        return OwnKernel(layer, kernel, checked)


def read_kernels(given: Mapping[str, str] | None) -> tuple[GivenKernel, ...]:
    """given: layers (a name, or a pattern as of fnmatch) -> "FILE.h:FUNCTION".

    Raises TcmError if a header is not there, or does not fit.
    """
    if given is not None and not isinstance(given, Mapping):
        raise TcmError(
            "kernels of your own are not understood",
            where="kernel",
            expected=f"a dict of layers and headers, such as {{layer: {FORM}}}",
            got=f"{type(given).__name__}: {given!r:.80}",
            hint=PAGE,
        )
    found = [
        GivenKernel(str(layers), *read_header(text, f"kernel {layers}={text}"))
        for layers, text in (given or {}).items()
    ]
    _check_apart(found)
    return tuple(found)


def own_kernels_of(graph: Graph, given: Sequence[GivenKernel]) -> tuple[OwnKernel, ...]:
    """The kernels for the layers of a graph, not checked yet; the last one for a layer counts.

    Raises TcmError for a pattern that matches no layer, and for parameters that a layer has not.
    """
    layers = [node.name for node in graph.computing_nodes()]
    found: dict[str, OwnKernel] = {}
    for each in given:
        kernel = Kernel(each.function, own_header=each.header)
        for name in matching(layers, each.layers, where=each.where, hint=WHERE_NAMES_ARE):
            found[name] = OwnKernel(name, kernel)
            check_own_parameters(graph, found[name])
    return tuple(found.values())


def check_own_parameters(graph: Graph, own: OwnKernel) -> None:
    """Raises TcmError unless they are the layer's."""
    node = graph.producer(own.layer)
    where = f"kernel {own.layer}={own.header.name}:{own.kernel.name}"
    if node is None or node.name != own.layer:
        raise TcmError(
            "there is no such layer",
            where=where,
            expected="a layer of the model",
            hint=WHERE_NAMES_ARE,
        )
    check_parameters(own.kernel, layer_of(graph, node), where)


def _check_apart(given: Sequence[GivenKernel]) -> None:
    """Different headers have different names, as they lie in one folder and in one C file."""
    owners: dict[str, GivenKernel] = {}
    for each in given:
        for name in (each.header.name.lower(), each.function):
            owner = owners.setdefault(name, each)
            if owner.header != each.header:
                raise TcmError(
                    "two kernels have one name",
                    where=each.where,
                    expected="headers and functions with names of their own",
                    got=f"{name}, as {owner.where} has",
                    hint="rename one of them, or let both be in one header",
                )
