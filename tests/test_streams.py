"""A model that remembers as its user meets it: streams, the command line, two instances in C."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch
from command_line import tcm
from models.remembering import CALLS, build

import torch_cortex_m as tcm_api
from torch_cortex_m.model.compiled import CompiledModel

STATE = {"h": "h_out"}


@pytest.fixture(scope="module")
def compiled() -> CompiledModel:
    model, (x, h) = build()
    samples = [(frame,) for frame in recording(0)]
    return tcm_api.compile(model, (x, h), calibration=samples, state=STATE, target="host")


def recording(seed: int) -> list[torch.Tensor]:
    """Frames as they come, one after the other."""
    generator = torch.Generator().manual_seed(seed)
    return list(torch.randn(CALLS, 1, 2, 1, generator=generator))


@pytest.mark.parametrize("on", ["reference", "host"])
def test_a_stream_goes_on_until_it_is_reset(compiled: CompiledModel, on: str) -> None:
    frames = recording(1)
    whole = compiled.run(torch.cat(frames), on=on)
    compiled.reset()
    first = list(compiled.stream(iter(frames[:5]), on=on))
    rest = list(compiled.stream(frames[5:], on=on))
    assert torch.equal(torch.cat(first + rest), whole)
    anew = next(iter(compiled.stream(frames, on=on)))
    assert not torch.equal(anew, whole[:1]), "without a reset the stream goes on"
    compiled.reset()
    assert torch.equal(torch.cat(list(compiled.stream(frames, on=on))), whole)
    assert torch.equal(compiled.run(torch.cat(frames), on=on), whole), "a run begins anew"


def test_states_on_the_command_line(tmp_path: Path) -> None:
    source = f"{Path(__file__).parent / 'models' / 'remembering.py'}:build"
    frames = torch.cat(recording(2)).numpy()
    np.savez(tmp_path / "frames.npz", x=frames)
    out = tmp_path / "out"
    calibration = ("--calibration", tmp_path / "frames.npz")
    result = tcm(
        "compile", source, *calibration, "--state", "h=h_out", "--target", "host", "-o", out
    )
    assert result.returncode == 0, result.stderr
    result = tcm("run", out, "--inputs", tmp_path / "frames.npz", "-o", tmp_path / "y.npz")
    assert result.returncode == 0, result.stderr
    (y,) = np.load(tmp_path / "y.npz").values()
    expected = tcm_api.load(out).run(torch.from_numpy(frames), on="reference")
    np.testing.assert_array_equal(y, expected.numpy())
    result = tcm("compile", source, "--state", "h=nowhere", "-o", tmp_path / "none")
    assert result.returncode != 0
    assert "nowhere" in result.stderr
    assert "h_out" in result.stderr, "the outputs that there are"
    assert not (tmp_path / "none").exists()


MAIN = """
#include "model.h"
#include <stdio.h>
static _Alignas(MODEL_ARENA_ALIGNMENT) uint8_t arena[MODEL_ARENA_BYTES];
static _Alignas(MODEL_ARENA_ALIGNMENT) uint8_t state[2][MODEL_STATE_BYTES];

int main(void)
{
    int8_t frame[MODEL_INPUT_X_BYTES], result[MODEL_OUTPUT_Y_BYTES];
    model_reset_in(state[0]);
    model_reset_in(state[1]);
    for (int call = 0; fread(frame, 1, sizeof(frame), stdin) == sizeof(frame); call++) {
        model_run_in(frame, result, arena, state[call % 2]);
        fwrite(result, 1, sizeof(result), stdout);
    }
    return 0;
}
"""


def test_two_instances_take_turns(compiled: CompiledModel, tmp_path: Path) -> None:
    """Each gives what it gives alone; they share code, constants and the arena."""
    rng = np.random.default_rng(3)
    streams = rng.integers(-128, 128, (2, CALLS, 2, 1), np.int8)
    folder = compiled.save(tmp_path / "out")
    (folder / "main.c").write_text(MAIN)
    command = ["gcc", "-std=c11", "-O0", "-fsanitize=address,undefined", "-DMODEL_NO_STATIC_ARENA"]
    command += ["main.c", "model.c", "weights.c", "-o", "two"]
    subprocess.run(command, cwd=folder, check=True)
    given = streams.swapaxes(0, 1).tobytes()
    done = subprocess.run([folder / "two"], input=given, capture_output=True, check=True)
    results = np.frombuffer(done.stdout, np.int8).reshape(CALLS, 2, 1, 3, 1)
    for index, frames in enumerate(streams):
        (alone,) = compiled.run_arrays([frames], on="reference", raw=True)
        np.testing.assert_array_equal(results[:, index, 0], alone)
