"""The fuzzer of networks repeats what it draws, and tells what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from conftest import needs_emulator
from fuzz import networks
from fuzz.networks import Arrays, Batch, batch, finds
from random_networks import RandomNetwork

from torch_cortex_m.ir import format_graph
from torch_cortex_m.target import CORES


def texts(found: Batch) -> list[str]:
    return [str(found), *(format_graph(each.graph) for each in found.networks.values())]


def test_a_seed_repeats_a_batch() -> None:
    first = texts(batch(3, 4))
    assert first == texts(batch(3, 4)) != texts(batch(4, 4))


def test_networks_reach_most_operators() -> None:
    """And layers read what others computed."""
    graphs = [each.graph for seed in range(4) for each in batch(seed, 12).networks.values()]
    assert len({node.op.name for graph in graphs for node in graph.nodes}) > 30
    given = {port.value for graph in graphs for port in graph.inputs}
    joined = [node for graph in graphs for node in graph.nodes if given.isdisjoint(node.inputs)]
    assert len(joined) > 100


@needs_emulator
def test_a_find_is_told_with_its_network(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = replace(batch(5, 2), core=CORES["cortex-m4"])
    assert finds(drawn) == []
    right: Callable[[RandomNetwork], list[Arrays]] = networks._expected

    def wrong(network: RandomNetwork) -> list[Arrays]:
        outputs = right(network)
        if network is drawn.networks["n1"]:
            outputs[1][-1] = ~np.frombuffer(outputs[1][-1].tobytes(), np.uint8)
        return outputs

    monkeypatch.setattr(networks, "_expected", wrong)
    (told,) = finds(drawn)
    last = len(drawn.networks["n1"].graph.outputs) - 1
    assert told.startswith(f"n1: n1: output {last} on host\nn1: output {last} on cortex-m4\n")
    assert format_graph(drawn.networks["n1"].graph) in told
