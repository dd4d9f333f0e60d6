"""Windows of .tflite files that are streamed: the same graphs, the same rules."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from operator_models import conv
from sequences import samples

from torch_cortex_m.errors import TcmError
from torch_cortex_m.frontend.tflite.importer import import_content
from torch_cortex_m.passes import run_passes, stream_window
from torch_cortex_m.run.reference import Reference

VALID = 1
WINDOW, HOP = 12, 2
KWS = Path(os.environ.get("MLPERF_TINY") or Path(__file__).parents[3] / "shared" / "mlperf_tiny")


def test_frames_of_a_file() -> None:
    """Unpadded over time: the newest frames of the output are those of the whole window's."""
    model = conv("", (1, WINDOW, 3, 2), (4, 5, 3, 2), (1, 8, 1, 4), Padding=VALID)
    whole = run_passes(import_content(model.content))
    name = whole.inputs[0].value
    graph = run_passes(stream_window(whole, name, 1, HOP))
    calls = [sample for (sample,) in samples(graph, 9)]
    frames = np.concatenate(calls, 1)
    stream = graph.stream
    assert stream is not None
    streamed, window = Reference(graph), Reference(whole)
    for call, new in enumerate(calls, start=1):
        (got,) = streamed.run([new])
        if call * HOP >= WINDOW:
            (expected,) = window.run([frames[:, call * HOP - WINDOW : call * HOP]])
            np.testing.assert_array_equal(got, expected[:, -HOP:])


@pytest.mark.skipif(not KWS.exists(), reason="the official files are not here")
def test_same_padding_names_its_layers() -> None:
    whole = run_passes(import_content((KWS / "kws_int8.tflite").read_bytes()))
    with pytest.raises(TcmError) as caught:
        stream_window(whole, whole.inputs[0].value, 1, 1)
    text = str(caught.value)
    assert "padding behind the newest frame" in text
    assert text.count("depthwise_conv2d") >= 4
