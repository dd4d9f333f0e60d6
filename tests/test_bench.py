"""The benchmark's own arithmetic, and one layer through it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from cmsis_nn import CmsisNN
from conftest import needs_emulator

sys.path.append(str(Path(__file__).parent.parent))

from rich.console import Console

from bench import layers, measure, report, variants
from torch_cortex_m.errors import TcmError
from torch_cortex_m.ops import definitions
from torch_cortex_m.target import CORES


def row(name: str, family: str = "linear", core: str = "cortex-m4") -> measure.Row:
    costs = {
        "ours": measure.Cost("linear_s8__fast_dsp", 1_000_000, 2_000_000, 900, 500),
        "ref": measure.Cost("linear_s8__ref", 8_000_000, 9_000_000, 800, 400),
        "cmsis_nn": measure.Cost("linear_s8__cmsis_nn", 3_000_000, 5_000_000, 700, 300),
    }
    return measure.Row(name, family, core, "gcc-12.2", 1_000_000, "MAC", costs, True)


def test_ratios_are_theirs_to_ours() -> None:
    assert row("a").ratio("instructions") == 3
    assert row("a").ratio("cycles") == 2.5
    assert row("a").ratio("cycles", "ref") == 4.5
    without = row("a")
    del without.costs["cmsis_nn"]
    assert without.ratio("cycles") is None


def test_tables_show_every_row_and_what_cycles_are_worth() -> None:
    console = Console(width=155, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(report.layer_table([row("a layer")], "layers"))
    console.print(report.network_table([row("a network", "network", "cortex-m55")], "networks"))
    text = console.export_text()
    for expected in ("a layer", "fast_dsp", "3.00x", "2.50x", "a network", "silicon"):
        assert expected in text


def test_json_has_all_costs(tmp_path: Path) -> None:
    report.write_json(tmp_path / "results.json", [row("a")], {"cmsis_nn": "built"})
    data = json.loads((tmp_path / "results.json").read_text())
    assert data["cmsis_nn"] == "built"
    assert data["rows"][0]["costs"]["ours"]["cycles"] == 2_000_000
    assert data["rows"][0]["cmsis_nn_cycles_ratio"] == 2.5


def test_the_plot_is_written(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    report.write_plot(tmp_path / "plot.png", [row("a"), row("b", "network")])
    assert (tmp_path / "plot.png").stat().st_size > 1000


def test_layers_stand_for_every_operator_that_computes() -> None:
    measured = {case.op.name for _, case in layers.all_layers()}
    assert measured == {d.name for d in definitions().values() if d.kernels}
    names = [case.name for _, case in layers.all_layers()]
    assert len(names) == len(set(names))


def test_batches_keep_all_layers_and_fit_a_board() -> None:
    batches = measure.batches(layers.all_layers())
    assert [entry for batch in batches for entry in batch] == layers.all_layers()
    for batch in batches:
        size = sum(layers.constant_bytes(case) for _, case in batch)
        assert size <= measure.IMAGE_BYTES or len(batch) == 1


def test_a_library_without_headers_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CMSIS_NN_LIBRARY_CORTEX_M4", "lib.a")
    monkeypatch.delenv("CMSIS_NN_INCLUDE", raising=False)
    with pytest.raises(TcmError, match="CMSIS_NN_INCLUDE"):
        variants.cmsis_nn_libraries("cortex-m4", tmp_path)


@needs_emulator
@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m0plus"])
def test_a_layer_is_measured_with_every_variant_there_is(core: str) -> None:
    chosen = [entry for entry in layers.all_layers() if entry[1].name == "linear 64-12"]
    (result,) = measure.measure_layers(chosen, CORES[core], [])
    assert set(result.costs) == {"ours", "ref"}
    assert result.work == 64 * 12
    assert result.unit == "MAC"
    ours, reference = result.costs["ours"], result.costs["ref"]
    assert ours.instructions <= reference.instructions
    assert ours.cycles is not None
    assert reference.kernel == "linear_s8__ref"


@needs_emulator
def test_builds_that_are_named_compete(
    cmsis_nn: CmsisNN, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Those that there are for a core."""
    library = cmsis_nn.library("cortex-m4")
    there = str(library.path).replace("cortex-m4", "{core}")
    include = os.pathsep.join(map(str, library.include))
    monkeypatch.setenv("CMSIS_NN_LIBRARY", os.pathsep.join([there, f"{tmp_path}/{{core}}.a"]))
    monkeypatch.setenv("CMSIS_NN_INCLUDE", include)
    first, second = variants.cmsis_nn_libraries("cortex-m4", tmp_path)
    assert first.library is not None
    assert first.library.symbols == library.symbols
    assert first.origin == str(library.path)
    assert second.library is None
    assert second.origin == f"there is no {tmp_path}/cortex-m4.a"


@needs_emulator
def test_the_fastest_function_of_the_fastest_build_counts(cmsis_nn: CmsisNN) -> None:
    """All give what our kernel gives; a layer that no function computes has no figure."""
    chosen = [
        each for each in layers.all_layers() if each[1].name in ("linear 64-12", "prelu 24x24x32")
    ]
    builds = [variants.Library(cmsis_nn.library("cortex-m4"), name) for name in ("one", "two")]
    found = {row.name: row for row in measure.measure_layers(chosen, CORES["cortex-m4"], builds)}
    assert set(found["prelu 24x24x32"].costs) == {"ours", "ref"}
    alone = [each for each in chosen if each[1].op.name == "prelu"]
    (without,) = measure.measure_layers(alone, CORES["cortex-m4"], builds)
    assert set(without.costs) == {"ours", "ref"}
    theirs = found["linear 64-12"].costs["cmsis_nn"]
    assert theirs.kernel.startswith("linear_s8__cmsis_nn")
    assert theirs.build == "one"
    ratio = found["linear 64-12"].ratio("cycles")
    assert ratio is not None
    assert ratio > 1
