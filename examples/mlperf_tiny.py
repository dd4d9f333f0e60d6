"""MLPerf Tiny: its networks, ready to compile, four with their official weights, and samples.

    kws  keyword spotting: speech features [1, 49, 10], 12 classes
    ic   image classification (CIFAR-10): RGB [3, 32, 32] in 0..255, 10 classes
    vww  visual wake words: RGB [3, 96, 96] in 0..1, person or no person
    ad   anomaly detection: spectrogram windows [640], reconstructed by an autoencoder
    sww  streaming wake word: 30 frames of 40 bands [40, 30], wake word or silence or another

Each of these names is a factory that returns (model, example_inputs, calibration), which is what
`tcm compile` takes:

    tcm compile examples/mlperf_tiny.py:kws --target cortex-m4 -o out/kws

Weights (`*_float.npz`) and samples (`*01.npz`) are read from the folder named by the environment
variable MLPERF_TINY, or else from ../shared/mlperf_tiny beside this repository. Without such a
folder weights and inputs are random, but seeded, and the labels are the float model's own answers:
a score then says how well int8 agrees with float. It is always so for sww, of which no weights are
in that folder.

The official int8 models were calibrated on training data, which is not in that folder. Here a
seeded choice of the samples calibrates, without their labels; scores are over all samples.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from mlperf_networks import (
    build_ad,
    build_ic,
    build_kws,
    build_sww,
    build_vww,
    load_official_weights,
    set_random_weights,
)
from torch import Tensor, nn

from torch_cortex_m.errors import TcmError

SEED = 0
CALIBRATION_SAMPLES = 128
KWS_SCALE, KWS_ZERO_POINT = 0.5847029089927673, 83
AD_CLIP, AD_WINDOW, AD_STEP = 25600, 640, 128

Inputs = tuple[Tensor, ...]


@dataclass(frozen=True)
class Network:
    """One network of the suite.

    Attributes:
        build: makes the module, its weights not yet set.
        prepare: the stored samples (NHWC, or clips [N, 25600]) -> the model's float32 inputs.
        random: number of samples -> made-up samples of the form in which they are stored.
        has_weights: whether the official folder has its weights and samples.
    """

    build: Callable[[], nn.Module]
    prepare: Callable[[np.ndarray], Tensor]
    random: Callable[[int], np.ndarray]
    has_weights: bool = True


def _to_nchw(images: np.ndarray) -> Tensor:
    return torch.from_numpy(images.astype(np.float32)).permute(0, 3, 1, 2).contiguous()


def _to_windows(clips: np.ndarray) -> Tensor:
    """Clips [N, 25600] -> windows [N * 196, 640]."""
    return torch.from_numpy(clips).unfold(1, AD_WINDOW, AD_STEP).reshape(-1, AD_WINDOW)


def _random_samples(low: int, high: int, *shape: int) -> Callable[[int], np.ndarray]:
    """Made-up samples in low..high, each with a brightness and a contrast of its own."""

    def make(count: int) -> np.ndarray:
        generator = np.random.default_rng(SEED)
        each = (count, *[1] * len(shape))
        brightness = generator.uniform(low, high, each)
        contrast = generator.uniform(0.0, (high - low) / 4, each)
        noise = generator.normal(size=(count, *shape))
        return np.clip(brightness + contrast * noise, low, high).round().astype(np.float32)

    return make


NETWORKS = {
    "kws": Network(
        build_kws,
        lambda x: (_to_nchw(x) - KWS_ZERO_POINT) * KWS_SCALE,
        _random_samples(-128, 127, 49, 10, 1),
    ),
    "ic": Network(build_ic, _to_nchw, _random_samples(0, 255, 32, 32, 3)),
    "vww": Network(build_vww, lambda x: _to_nchw(x) / 255, _random_samples(0, 255, 96, 96, 3)),
    "ad": Network(build_ad, _to_windows, _random_samples(-77, 12, AD_CLIP)),
    "sww": Network(build_sww, torch.from_numpy, _random_samples(0, 26, 40, 30), has_weights=False),
}


def kws() -> tuple[nn.Module, Inputs, list[Inputs]]:
    """Keyword spotting, a DS-CNN: (model, example_inputs, calibration)."""
    return _load("kws")


def ic() -> tuple[nn.Module, Inputs, list[Inputs]]:
    """Image classification, a ResNet-8: (model, example_inputs, calibration)."""
    return _load("ic")


def vww() -> tuple[nn.Module, Inputs, list[Inputs]]:
    """Visual wake words, a MobileNetV1 of width 0.25: (model, example_inputs, calibration)."""
    return _load("vww")


def ad() -> tuple[nn.Module, Inputs, list[Inputs]]:
    """Anomaly detection, an autoencoder: (model, example_inputs, calibration)."""
    return _load("ad")


def sww() -> tuple[nn.Module, Inputs, list[Inputs]]:
    """Streaming wake word, separable over frames: (model, example_inputs, calibration)."""
    return _load("sww")


def samples(name: str) -> tuple[Tensor, Tensor]:
    """The evaluation samples of network `name`.

    Returns:
        inputs: float32, [N, C, H, W]; for "ad" the windows [196 * clips, 640], clip after clip; for
            "sww" [N, bands, frames].
        labels: int64, the class of each sample; for "ad" of each clip, 1 for an anomaly.
    """
    inputs, labels = _stored_samples(name)
    if labels is None:
        labels = _own_answers(name, inputs)
    return inputs, labels


def score(name: str, inputs: Tensor, outputs: Tensor, labels: Tensor) -> float:
    """How good `outputs` are: accuracy in percent, or for "ad" the area under the ROC curve."""
    if name == "ad":
        return _area_under_roc(_clip_errors(inputs, outputs), labels)
    return 100.0 * (outputs.argmax(dim=1) == labels).double().mean().item()


def official_tflite(name: str) -> Path | None:
    """The official int8 model of network `name`, None where it is not in the official folder."""
    folder = official_folder()
    path = None if folder is None else folder / f"{name}_int8.tflite"
    return path if path is not None and path.is_file() else None


def as_tflite_takes_them(inputs: Tensor) -> Tensor:
    """`samples` in the layout of the official int8 models: NHWC images, windows as they are."""
    return inputs.permute(0, 2, 3, 1).contiguous() if inputs.dim() == 4 else inputs


def official_folder() -> Path | None:
    """The folder with the official weights and samples, None where there is none.

    Raises:
        TcmError: MLPERF_TINY names a folder that does not have them.
    """
    chosen = os.environ.get("MLPERF_TINY")
    folder = Path(chosen or Path(__file__).resolve().parents[2] / "shared" / "mlperf_tiny")
    missing = [
        file.name
        for name, network in NETWORKS.items()
        if network.has_weights
        for file in (folder / f"{name}_float.npz", folder / f"{name}01.npz")
        if not file.is_file()
    ]
    if not missing:
        return folder
    if chosen:
        raise TcmError(
            "the folder in MLPERF_TINY has no MLPerf Tiny weights and samples",
            where=str(folder),
            expected=", ".join(missing),
            hint="name the folder that has these files, or unset MLPERF_TINY for random weights",
        )
    return None


def has_official_weights(name: str) -> bool:
    """Whether network `name` has its official weights and samples; otherwise they are random."""
    return _folder_of(name) is not None


def _folder_of(name: str) -> Path | None:
    """The official folder, if it has the weights of network `name`."""
    return official_folder() if NETWORKS[name].has_weights else None


def _load(name: str) -> tuple[nn.Module, Inputs, list[Inputs]]:
    if not has_official_weights(name):
        warnings.warn(f"{name}: no official weights found, so they are random", stacklevel=3)
    inputs, _ = _stored_samples(name)
    chosen = _calibration_inputs(inputs)
    calibration: list[Inputs] = [(sample[None],) for sample in chosen]
    return _model(name), calibration[0], calibration


def _calibration_inputs(inputs: Tensor) -> Tensor:
    """The inputs that calibrate: a seeded choice, always the same."""
    order = torch.randperm(len(inputs), generator=torch.Generator().manual_seed(SEED))
    return inputs[order[:CALIBRATION_SAMPLES]]


@cache
def _stored_samples(name: str) -> tuple[Tensor, Tensor | None]:
    """Inputs and labels as stored, or random inputs without labels."""
    folder = _folder_of(name)
    network = NETWORKS[name]
    if folder is None:
        count = 16 if name == "ad" else 256
        return network.prepare(network.random(count)), None
    with np.load(folder / f"{name}01.npz") as arrays:
        return network.prepare(arrays["x"]), torch.from_numpy(arrays["y"].astype(np.int64))


def _model(name: str) -> nn.Module:
    """The network in eval mode, with its official weights or else with random ones."""
    folder = _folder_of(name)
    if folder is None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(SEED)
            model = NETWORKS[name].build()
            set_random_weights(model, _calibration_inputs(_stored_samples(name)[0]))
    else:
        model = NETWORKS[name].build()
        with np.load(folder / f"{name}_float.npz") as arrays:
            load_official_weights(model, arrays)
    return model.eval()


def _own_answers(name: str, inputs: Tensor) -> Tensor:
    """Labels for made-up inputs: what the float model itself answers."""
    with torch.no_grad():
        outputs = _model(name)(inputs)
    if name == "ad":
        errors = _clip_errors(inputs, outputs)
        return (errors > errors.median()).long()
    return outputs.argmax(dim=1)


def _clip_errors(windows: Tensor, outputs: Tensor) -> Tensor:
    """The score of each clip: the mean squared error over its windows."""
    windows_per_clip = (AD_CLIP - AD_WINDOW) // AD_STEP + 1
    squared_error = (windows.double() - outputs.double()).square().mean(dim=1)
    return squared_error.reshape(-1, windows_per_clip).mean(dim=1)


def _area_under_roc(scores: Tensor, labels: Tensor) -> float:
    """The chance that an anomaly (label 1) scores above a normal clip, a tie counting half."""
    difference = scores[labels == 1][:, None] - scores[labels == 0][None, :]
    return ((difference > 0).double() + 0.5 * (difference == 0)).mean().item()
