"""Random networks over all operators, kernels, options and cores: everything gives equal bytes.

    python -m tests.fuzz.networks --seconds 600 [--seed 1] [--networks 12]

A batch of networks, all drawn from one seed, goes through the passes (mostly) and is compiled for
the host, under the address and undefined-behaviour sanitizers, and for one core, emulated with
buffers between pages that may not be accessed. Outputs must be those that the operators' references
give on the graph before the passes. The next batch has the next seed. A find is printed with its
network and the command that repeats it; the exit status is 1 if there are any.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))

from random_networks import RandomNetwork, random_kernels, random_network

from torch_cortex_m.errors import TcmError
from torch_cortex_m.generate import LEAST, Generated, Preferences, generate, generate_all
from torch_cortex_m.ir import Graph, format_graph, verify
from torch_cortex_m.model.ports import from_port
from torch_cortex_m.passes import run_passes
from torch_cortex_m.run.reference import Reference
from torch_cortex_m.runner import Runner
from torch_cortex_m.target import CORES, HOST, Target

Arrays = list[np.ndarray]

MOST_LAYERS = 7


@dataclass(frozen=True)
class Batch:
    """Networks by the prefixes of their C, and what is done with all of them.

    budget: of each, from the least memory (0) to what it takes without a budget (1).
    """

    seed: int
    networks: Mapping[str, RandomNetwork]
    preferences: Preferences
    budget: float | None
    passes: bool
    any_kernel: bool
    core: Target

    def __str__(self) -> str:
        ram = (
            self.preferences.ram_bytes
            if self.budget is None
            else f"{self.budget:.0%} above the least"
        )
        how = f"optimize={self.preferences.objective}, ram={ram}"
        how += f", io={self.preferences.io}, passes={self.passes}, any kernel={self.any_kernel}"
        return f"seed {self.seed} on host and {self.core.name}: {how}"

    def of(self, prefix: str) -> Batch:
        """The same with one network alone."""
        return replace(self, networks={prefix: self.networks[prefix]})


def batch(seed: int, count: int) -> Batch:
    rng = np.random.default_rng(seed)
    preferences = Preferences(
        objective=str(rng.choice(["speed", "balanced", "size"])),
        ram_bytes=LEAST if rng.random() < 0.4 else None,
        io=str(rng.choice(["caller", "arena"])),
    )
    passes, any_kernel = bool(rng.random() < 0.7), bool(rng.random() < 0.5)
    core = CORES[str(rng.choice(sorted(CORES)))]
    between = preferences.ram_bytes is None and rng.random() < 0.5
    budget = float(rng.random()) if between else None
    networks = {
        f"n{index}": random_network(rng, int(rng.integers(1, MOST_LAYERS + 1)))
        for index in range(count)
    }
    return Batch(seed, networks, preferences, budget, passes, any_kernel, core)


def differences(found: Batch) -> Iterator[str]:
    """A line for each output that is not the reference's. Raises whatever a defect raises."""
    graphs: dict[str, Graph] = {}
    for prefix, network in found.networks.items():
        verify(network.graph)
        graph = network.graph
        graphs[prefix] = run_passes(graph, float_io=True) if found.passes else graph
    expected = {prefix: _expected(network) for prefix, network in found.networks.items()}
    for target in (HOST, found.core):
        forced = {
            prefix: random_kernels(_rng_of(found, prefix), graph, target)
            for prefix, graph in graphs.items()
            if found.any_kernel
        }
        generated = _generated(found, graphs, target, forced)
        order = [
            (index, sample)
            for index, network in enumerate(found.networks.values())
            for sample in network.samples
        ]
        runs = [
            (index, [array.tobytes() for array in _given(generated[index].graph, sample)])
            for index, sample in order
        ]
        with Runner([each.program for each in generated], target, checked=True) as runner:
            executions = runner.run(runs)
        wanted = [outputs for prefix in graphs for outputs in expected[prefix]]
        for (index, _), execution, right in zip(order, executions, wanted, strict=True):
            graph = generated[index].graph
            for number, data in enumerate(_outputs(graph, execution.outputs)):
                if data.tobytes() != right[number].tobytes():
                    prefix = generated[index].program.prefix
                    yield f"{prefix}: output {number} on {target.name}"


def _generated(
    found: Batch, graphs: Mapping[str, Graph], target: Target, forced: Mapping[str, dict[str, str]]
) -> list[Generated]:
    """Raises TcmError, too, where more memory than the least is not enough."""
    whole = generate_all(graphs, target, forced=forced, preferences=found.preferences)
    if found.budget is None:
        return whole
    least = replace(found.preferences, ram_bytes=LEAST)
    result: list[Generated] = []
    for each, (prefix, graph) in zip(whole, graphs.items(), strict=True):
        make = partial(generate, graph, target, prefix=prefix, forced=forced.get(prefix))
        low = make(preferences=least).plan.arena_bytes
        budget = low + int(found.budget * (each.plan.arena_bytes - low))
        result.append(make(preferences=replace(found.preferences, ram_bytes=budget)))
    return result


def _rng_of(found: Batch, prefix: str) -> np.random.Generator:
    """Of a network, whatever others are in the batch."""
    return np.random.default_rng([found.seed, int(prefix.removeprefix("n"))])


def _expected(network: RandomNetwork) -> list[Arrays]:
    """Of each sample by itself: what a call leaves in states, the next one must not find."""
    return [Reference(network.graph).run(sample) for sample in network.samples]


def _given(graph: Graph, sample: Arrays) -> Arrays:
    """In the layouts of the graph; as bytes, so that a NaN is one as well."""
    return [
        data if port.permutation is None else data.transpose(port.permutation)
        for port, data in zip(graph.inputs, sample, strict=True)
    ]


def _outputs(graph: Graph, outputs: Sequence[bytes]) -> Iterator[np.ndarray]:
    for port, data in zip(graph.outputs, outputs, strict=True):
        type_ = graph.types[port.value]
        array = np.frombuffer(data, type_.storage).reshape(type_.shape)
        yield from_port(graph, port, array, raw=True)


def finds(found: Batch) -> list[str]:
    """What is wrong, network by network."""
    together = _wrong(found)
    if not together:
        return []
    alone = {prefix: _wrong(found.of(prefix)) for prefix in found.networks}
    single = [
        f"{prefix}: {wrong}\n{format_graph(found.networks[prefix].graph)}"
        for prefix, wrong in alone.items()
        if wrong
    ]
    return single or [f"only together: {together}"]


def _wrong(found: Batch) -> str:
    try:
        return "\n".join(differences(found))
    except TcmError as error:
        return str(error)
    except Exception:  # one network's crash is a find, and must not end the run
        return traceback.format_exc()


def main() -> int:
    parser = argparse.ArgumentParser(description="Fuzzes networks; see the head of the file")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1, help="of the first batch")
    parser.add_argument("--networks", type=int, default=12, help="of a batch")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    start, networks, layers, wrong = time.monotonic(), 0, 0, 0
    seed = arguments.seed
    while seed == arguments.seed or time.monotonic() - start < arguments.seconds:
        drawn = batch(seed, arguments.networks)
        told = finds(drawn)
        for each in told:
            repeat = f"python -m tests.fuzz.networks --seconds 0 --seed {seed}"
            print(f"{drawn}\n{each}\nrepeat: {repeat} --networks {arguments.networks}", flush=True)
        wrong += len(told)
        networks += len(drawn.networks)
        layers += sum(len(each.graph.nodes) for each in drawn.networks.values())
        seconds = time.monotonic() - start
        print(
            f"{seconds:.0f} s, seeds {arguments.seed} to {seed}: {networks} networks, "
            f"{layers} layers, {wrong} finds",
            flush=True,
        )
        seed += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
