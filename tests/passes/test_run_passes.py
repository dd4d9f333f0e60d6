"""run_passes: order, verification, dumps, and no torch."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from graph_builder import GraphBuilder, names

from torch_cortex_m.ir import GraphError, format_graph
from torch_cortex_m.passes import PASSES, run_passes


def network() -> GraphBuilder:
    build = GraphBuilder()
    x = build.relu(build.conv(build.pad_image(build.input(1, 3, 5, 5), 1), 2))
    build.output(build.linear(build.flatten(x), 2))
    return build


def test_every_pass_is_a_file_and_a_function_of_one_name() -> None:
    for each in PASSES:
        assert each.__module__ == f"torch_cortex_m.passes.{each.__name__}"
        assert each.__doc__


def test_dump_has_the_graph_before_and_after_every_pass(tmp_path: Path) -> None:
    build = network()
    graph = run_passes(build.graph, dump=tmp_path / "out" / "ir")
    files = sorted(path.name for path in (tmp_path / "out" / "ir").iterdir())
    numbered = [f"{index:02}_{each.__name__}.txt" for index, each in enumerate(PASSES, 1)]
    assert files == ["00_imported.txt", *numbered]
    assert (tmp_path / "out" / "ir" / files[0]).read_text() == format_graph(build.graph)
    assert (tmp_path / "out" / "ir" / files[-1]).read_text() == format_graph(graph)


def test_dump_has_names_that_the_locale_has_no_letters_for(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from torch_cortex_m.ir import Graph, Port, TensorType\n"
        "from torch_cortex_m.passes import run_passes\n"
        "graph = Graph('test')\n"
        "name = graph.add_input('gr\\u00f6\\u00dfe', TensorType((4,), 'int8'))\n"
        "graph.outputs.append(Port(name, (4,)))\n"
        "run_passes(graph, dump=Path(sys.argv[1]))\n"
    )
    ascii_only = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    command = [sys.executable, "-c", script, str(tmp_path)]
    subprocess.run(command, env={**os.environ, **ascii_only}, check=True)
    assert "größe" in (tmp_path / "00_imported.txt").read_text(encoding="utf-8")


def test_float_edges_can_stay(tmp_path: Path) -> None:
    graph = run_passes(network().graph, float_io=True, dump=tmp_path)
    assert names(graph) == ["quantize", "conv2d", "linear", "dequantize"]
    assert graph.types["x"].dtype == "float32"
    assert graph.inputs[0].permutation == (0, 2, 3, 1)
    assert not list(tmp_path.glob("*strip_float_edges*"))


def test_graph_that_is_wrong_from_the_start_is_refused() -> None:
    graph = network().graph
    last = graph.nodes[-1]
    graph.nodes.replace(last, replace(last, inputs=("nowhere",)))
    with pytest.raises(GraphError, match="nowhere"):
        run_passes(graph)


def test_same_graph_gives_same_text() -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from test_run_passes import network\n"
        "from torch_cortex_m.ir import format_graph\n"
        "from torch_cortex_m.passes import run_passes\n"
        "print(format_graph(run_passes(network().graph)), end='')"
    )
    command = [sys.executable, "-c", script, str(Path(__file__).parent)]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert text == format_graph(run_passes(network().graph))


def test_passes_need_no_torch() -> None:
    script = "import sys, torch_cortex_m.passes; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)
