"""A user's kernel of one layer against the reference, before anything is made with it."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from ..errors import TcmError, warn
from ..generate import OwnKernel, Preferences, generate
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

CORE = ("arm-none-eabi-gcc", "arm-none-eabi-size", "qemu-system-arm")
HOST_TOOLS = ("cc", "size")

_BRANCH = re.compile(r"^[ \t]*#[ \t]*(?:if|ifdef|elif)\b|\b__ARM|\barm_\w+\.h\b", re.MULTILINE)
"""What a header has that may be other C on a core than on this computer."""


@stage("kernels of your own")
def checked_kernels(
    graph: Graph, target: Target, own: Sequence[OwnKernel]
) -> tuple[OwnKernel, ...]:
    """The kernels, each of which gives on its layer, for seeded random inputs and extremes, what
    the reference gives: on this computer with sanitizers, where it compiles for that; on the
    emulated core where it does not, or has other C for one. What nothing here can check is a
    warning.

    Raises TcmError that names the layer, the function and the first difference.
    """
    return tuple(_checked(graph, target, each) for each in own)


def _checked(graph: Graph, target: Target, own: OwnKernel) -> OwnKernel:
    where = f"layer '{own.layer}', {own.header.name}:{own.kernel.name}"
    try:
        return _Check(graph, target, own, where).kernel()
    except _NoToolError as error:
        warn(
            f"nothing could check a kernel of your own: {where}. Missing: {error}. It is used as "
            "it is; where these are, compile again."
        )
        return _needing_core(own, target) if _is_for_core(own) else own


class _NoToolError(Exception):
    """What is missing to check a kernel."""


class _Check:
    def __init__(self, graph: Graph, target: Target, own: OwnKernel, where: str) -> None:
        node = graph.producer(own.layer)
        assert node is not None
        self.graph = _layer_graph(graph, node)
        self.own, self.target, self.where = own, target, where
        self.samples = list(_samples(self.graph, own.layer))

    def kernel(self) -> OwnKernel:
        """The kernel, checked. Raises TcmError, or _NoToolError where nothing could check it."""
        _require_reference()
        own, places = self.own, []
        host = self._compiled_for_host()
        if host is not None:
            places.append("host")
            with host:
                self._compare(host, "host")
        if self.target.machine is not None and (host is None or _is_for_core(own)):
            if host is None:
                own = _needing_core(own, self.target)
            self._on_core(own, checked_on_host=host is not None)
            places.append("emulated core")
        return replace(own, checked=tuple(places))

    def _compiled_for_host(self) -> Runner | None:
        """None where there is no compiler, or it does not take the kernel but for a core."""
        missing = _missing(HOST_TOOLS)
        if missing and self.target.machine is None:
            raise _NoToolError(missing)
        if missing:
            return None
        for checked in (True, False):  # a compiler may lack the sanitizers
            runner = self._runner(self.own, HOST, checked)
            try:
                _ = runner.image
            except TcmError as error:
                if not checked and self.target.machine is None:
                    raise self._not_compiled(error) from None
            else:
                return runner
        return None

    def _on_core(self, own: OwnKernel, *, checked_on_host: bool) -> None:
        missing = _missing(CORE)
        if missing and checked_on_host:
            warn(f"only on the host a kernel of your own was checked: {self.where}: {missing}")
        if missing:
            raise _NoToolError(missing)
        runner = self._runner(own, self.target, True)
        try:
            _ = runner.image
        except TcmError as error:
            raise self._not_compiled(error) from None
        with runner:
            self._compare(runner, "emulated core")

    def _runner(self, own: OwnKernel, target: Target, checked: bool) -> Runner:
        name = self.graph.nodes[0].name
        preferences = Preferences(own_kernels=(replace(own, layer=name),))
        generated = generate(self.graph, target, prefix="layer", preferences=preferences)
        return Runner([generated.program], target, checked=checked)

    def _compare(self, runner: Runner, place: str) -> None:
        try:
            executions = runner.run(map(as_run, self.samples))
        except TcmError as error:
            raise TcmError(
                f"a kernel of your own does not run on the {place}",
                where=self.where,
                expected="one that reads and writes inside of its tensors alone, writes all of "
                "its outputs, and does nothing that C leaves undefined",
                got=f"{error.what}: {error.got}",
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
                        hint="mend the function, or compile without it; the operator's "
                        "reference.py has the exact answer",
                    )

    def _not_compiled(self, error: TcmError) -> TcmError:
        return TcmError(
            "a kernel of your own cannot be compiled",
            where=self.where,
            expected=f"C11 for {self.target.name}, with what its header includes",
            got=error.got,
            hint="mend what the compiler says",
        )


def _require_reference() -> None:
    try:
        require_torch("the exact reference")
    except TcmError as error:
        raise _NoToolError(error.what) from None


def _missing(tools: Sequence[str]) -> str:
    return ", ".join(tool for tool in tools if find_tool(tool) is None)


def _is_for_core(own: OwnKernel) -> bool:
    return _BRANCH.search(own.header.text) is not None


def _needing_core(own: OwnKernel, target: Target) -> OwnKernel:
    return replace(own, kernel=replace(own.kernel, needs=target.features))


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
