"""A user's kernel of one layer against the reference, before anything is made with it."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from ..build import ImageSizeError
from ..errors import TcmError, warn
from ..generate import CORE_PLACE, HOST_PLACE, OwnKernel, Preferences, generate
from ..ir import Graph, Node, Port, TensorType
from ..ops.rules.case_data import random_data
from ..runner import Runner
from ..stages import stage
from ..target import HOST, Target
from ..tools import find_tool, require_torch
from .ports import as_run
from .verify import first_difference, reference_values

RANDOM = 6
"""Samples that are drawn, beside those of extremes."""

LONGEST = 60
"""Seconds for all of them."""

CORE_TOOLS = ("arm-none-eabi-gcc", "arm-none-eabi-size", "qemu-system-arm")
HOST_TOOLS = ("cc", "size")

_BRANCH = re.compile(r"^[ \t]*#[ \t]*(?:if|ifdef|elif)\b|\b__ARM|\barm_\w+\.h\b", re.MULTILINE)
"""What a header has that may well be other C on a core than on this computer."""


@stage("kernels of your own")
def checked_kernels(
    graph: Graph, target: Target, own: Sequence[OwnKernel]
) -> tuple[OwnKernel, ...]:
    """The kernels, each of which gives on its layer, for seeded random inputs and extremes, what
    the reference gives, and leaves its inputs as they are: on this computer with sanitizers, where
    it compiles for that, and on the emulated core. What nothing here can check is a warning.

    Raises TcmError that names the layer, the function and the first difference.
    """
    return tuple(_Check(graph, target, each).kernel() for each in own)


class _Check:
    def __init__(self, graph: Graph, target: Target, own: OwnKernel) -> None:
        node = graph.producer(own.layer)
        assert node is not None
        self.graph = _layer_graph(graph, node)
        self.own, self.target = own, target
        self.where = f"layer '{own.layer}', {own.header.name}:{own.kernel.name}"
        self.samples = list(_samples(self.graph, own.layer))
        self.missing: list[str] = []
        self.has_branches = _BRANCH.search(own.header.text) is not None

    def kernel(self) -> OwnKernel:
        """The kernel, with the places where it was compared. Raises TcmError."""
        places = list(self._places())
        if not places and self.has_branches:
            self._need_core()
        if self.missing:
            warn(self._warning(places))
        return replace(self.own, checked=tuple(places))

    def _places(self) -> Iterator[str]:
        """Those where it is compared, one after the other."""
        try:
            require_torch("the exact reference")
        except TcmError as error:
            self.missing.append(error.what)
            return
        on_host = self._is_there(HOST_TOOLS) and self._is_equal_on_host()
        if on_host:
            yield HOST_PLACE
        if self.target.machine is None:
            return
        if self._is_there(CORE_TOOLS) and self._is_equal_on_core():
            yield CORE_PLACE
            self.missing.clear()
        elif on_host and not self.has_branches:
            self.missing.clear()

    def _is_there(self, tools: Sequence[str]) -> bool:
        missing = [tool for tool in tools if find_tool(tool) is None]
        self.missing += missing
        return not missing

    def _is_equal_on_host(self) -> bool:
        """False where it compiles for a core only, which the kernel needs from then on."""
        for checked in (True, False):  # a compiler may lack the sanitizers
            runner = self._runner(HOST, checked)
            try:
                _ = runner.image
            except TcmError as error:
                if not checked and self.target.machine is None:
                    raise self._not_compiled(error) from None
            else:
                self._compare(runner, HOST_PLACE)
                return True
        self._need_core()
        return False

    def _need_core(self) -> None:
        kernel = replace(self.own.kernel, needs=self.target.features)
        self.own = replace(self.own, kernel=kernel)

    def _is_equal_on_core(self) -> bool:
        """False where the emulated board has too little memory for the layer."""
        runner = self._runner(self.target, True)
        try:
            _ = runner.image
        except ImageSizeError as error:
            self.missing.append(f"memory of the emulated board ({error.got})")
            return False
        except TcmError as error:
            raise self._not_compiled(error) from None
        self._compare(runner, CORE_PLACE)
        return True

    def _warning(self, places: Sequence[str]) -> str:
        missing = ", ".join(self.missing)
        if places:
            return (
                f"a kernel of your own was compared on the {places[0]} alone, and has other C for "
                f"a core: {self.where}. Missing: {missing}"
            )
        return (
            f"nothing could compare a kernel of your own with the reference: {self.where}. It is "
            f"used as it is. Missing: {missing}"
        )

    def _runner(self, target: Target, checked: bool) -> Runner:
        own = replace(self.own, layer=self.graph.nodes[0].name)
        preferences = Preferences(own_kernels=(own,))
        generated = generate(self.graph, target, prefix="layer", preferences=preferences)
        return Runner([generated.program], target, checked=checked)

    def _compare(self, runner: Runner, place: str) -> None:
        try:
            with runner:
                executions = runner.run(map(as_run, self.samples), timeout=LONGEST)
        except TcmError as error:
            raise TcmError(
                f"a kernel of your own does not run on the {place}",
                where=self.where,
                expected="one that reads and writes inside of its tensors alone, writes all of "
                "its outputs, and does nothing that C leaves undefined",
                got=error.what if error.got is None else f"{error.what}: {_first_lines(error.got)}",
                hint="mend the function; what it was given is seeded, and the same in every try",
            ) from None
        expected = [reference_values(self.graph, [sample])[0] for sample in self.samples]
        names = [port.value for port in self.graph.outputs]
        for index, execution in enumerate(executions):
            for name, data in zip(names, execution.outputs, strict=True):
                found = first_difference(expected[index][name], data)
                if found is not None:
                    raise TcmError(
                        f"a kernel of your own differs from the reference on the {place}",
                        where=f"{self.where}, sample {index} of {len(self.samples)}, '{name}', "
                        f"element {found.first} of {found.elements}",
                        expected=found.expected,
                        got=found.got,
                        hint="mend the function, which must leave its inputs as they are, or "
                        "compile without it; the operator's reference.py has the exact answer",
                    )

    def _not_compiled(self, error: TcmError) -> TcmError:
        return TcmError(
            "a kernel of your own cannot be compiled",
            where=self.where,
            expected=f"C11 for {self.target.name}, with what its header includes",
            got=error.got,
            hint="mend what the compiler says",
        )


def _first_lines(text: object) -> str:
    """Without what a sanitizer knows of memory around the place."""
    return str(text).partition("Shadow bytes around")[0].rstrip()


def _layer_graph(graph: Graph, node: Node) -> Graph:
    """The node by itself, with its own constants; its inputs are called as the arguments."""
    alone = Graph("layer")
    values: list[str | None] = []
    for argument, value in node.arguments().items():
        if value is None:
            values.append(None)
        elif value in graph.constants:
            dtype = graph.types[value].dtype
            values.append(alone.add_constant(argument, graph.constants[value], dtype))
        else:
            values.append(alone.add_input(argument, graph.types[value]))
    names = node.op.outputs
    for output in alone.add_outputs(node.op, tuple(values), names, [None] * len(names)):
        alone.outputs.append(Port(output, alone.types[output].shape))
    alone.outputs += alone.inputs  # which are given back behind the layer, as it left them
    return alone


def _samples(graph: Graph, name: str) -> Iterator[list[np.ndarray]]:
    """Inputs over the whole range of their types, then such as are extremes only, all of one and
    mixed, and zeros."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    types = [graph.types[port.value] for port in graph.inputs]
    for _ in range(RANDOM):
        yield [random_data(rng, type_) for type_ in types]
    for ends in ((0,), (1,), (0, 1)):
        yield [_at_ends(rng, type_, ends) for type_ in types]
    yield [np.zeros(type_.shape, type_.storage) for type_ in types]


def _at_ends(rng: np.random.Generator, type_: TensorType, ends: Sequence[int]) -> np.ndarray:
    if type_.dtype == "float32":
        return random_data(rng, type_) * np.float32(100)
    limits = (0, 1) if type_.dtype == "bool" else tuple(type_.limits)
    values = np.array([limits[end] for end in ends], type_.storage)
    return rng.choice(values, type_.shape)
