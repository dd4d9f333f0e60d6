"""Hear that a motor begins to fail: an autoencoder that knows healthy machines alone.

`python examples/anomaly_detection/anomaly.py` trains on the vibration of healthy motors, of
different speeds and loads, and compiles the network from samples of an accelerometer to one number:
how far the spectrum is from those it has learnt. It shows how well that number tells failing motors
from healthy ones, in float and in int8, what a threshold finds, and what a call costs on two cores.
The C stays in out/.

The same model as a factory for the command line:

    tcm compile examples/anomaly_detection/anomaly.py:anomaly --target cortex-m4 -o out/anomaly

The vibrations are made here, of seeds, and need no download: see `vibrations`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table
from torch import Generator, Tensor, nn

import torch_cortex_m as tcm

SEED = 0
TRAINING_WINDOWS, TEST_WINDOWS, CALIBRATION_WINDOWS = 2000, 600, 100
STEPS, BATCH = 600, 64
TARGETS = ("cortex-m4", "cortex-m55")
OUT = Path("out")

RATE, WINDOW, FRAME, HOP = 4000, 1024, 256, 128
"""Samples: a second, a window, a frame of its spectrum, from frame to frame."""

BANDS = 24
TURN = 2 * torch.pi
FAULTS = ("bearing", "gear", "rub")
HEALTHY = ""

Inputs = tuple[Tensor, ...]


def vibrations(count: int, fault: str, generator: Generator) -> Tensor:
    """[count, WINDOW]: samples in [-1, 1) of motors that turn 20 to 30 times a second.

    A healthy one shakes with its turns and their multiples, and with the 17 teeth of its gear, in
    noise, more so with more load. A pit in a bearing rings 3.6 times a turn; a worn gear is loud at
    half its teeth, too; a shaft that rubs hisses for a tenth of each turn.
    """

    def uniform(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(count, 1, generator=generator)

    time = torch.arange(WINDOW) / RATE + uniform(0, 1)
    turns = uniform(20, 30) * time
    load = uniform(0.5, 1)

    def shaking(multiple: float, strength: float) -> Tensor:
        angle = multiple * turns + uniform(0, 1)
        return strength * uniform(0.7, 1.3) * torch.sin(TURN * angle)

    sound = shaking(1, 0.1) + shaking(2, 0.05) + shaking(3, 0.03) + shaking(17, 0.04)
    noise = 0.01 * torch.randn(count, WINDOW, generator=generator)
    if fault == "gear":
        sound = sound + shaking(8.5, 0.02)
    if fault == "bearing":
        since = (3.6 * turns % 1) / (3.6 * 25)
        sound = sound + 0.04 * torch.exp(-400 * since) * torch.sin(TURN * 1200 * since)
    if fault == "rub":
        noise = noise * torch.where(turns % 1 < 0.1, 3.0, 1.0)
    return (load * sound + noise).clamp(-1, 1)


class Novelty(nn.Module):
    """Samples [N, WINDOW] in [-1, 1) -> how unusual they sound [N, 1]: the mean distance
    between a spectrum and what the autoencoder makes of it. (Not its square, of which int8 would
    tell but the largest apart.)"""

    def __init__(self, hidden: int = 32, code: int = 6) -> None:
        super().__init__()
        self.features = tcm.LogMel(RATE, window=FRAME, hop=HOP, bands=BANDS, low=15.0, floor=1e-5)
        self.normalize = nn.BatchNorm1d(BANDS, affine=False)
        self.layers = nn.Sequential(
            nn.Linear(BANDS, hidden),
            nn.ReLU(),
            nn.Linear(hidden, code),
            nn.Linear(code, hidden),
            nn.ReLU(),
            nn.Linear(hidden, BANDS),
        )

    def forward(self, samples: Tensor) -> Tensor:
        return self.novelty(self.spectrum(samples))

    def spectrum(self, samples: Tensor) -> Tensor:
        return self.features(samples).mean(2)

    def novelty(self, spectrum: Tensor) -> Tensor:
        usual = self.normalize(spectrum)
        return (usual - self.layers(usual)).abs().mean(1, keepdim=True)


def train(count: int = TRAINING_WINDOWS, steps: int = STEPS) -> Novelty:
    """The network in evaluation mode; the seed is fixed, so that every run trains the same."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # a network this small trains fastest so, and the same on any computer
    try:
        return _train(count, steps)
    finally:
        torch.set_num_threads(threads)


def _train(count: int, steps: int) -> Novelty:
    torch.manual_seed(SEED)
    generator = Generator().manual_seed(SEED)
    model = Novelty()
    with torch.no_grad():
        spectra = model.spectrum(vibrations(count, HEALTHY, generator))
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1e-2, total_steps=steps)
    for _ in range(steps):
        chosen = torch.randint(count, (BATCH,), generator=generator)
        loss = model.novelty(spectra[chosen]).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return model.eval()


def held_out(fault: str, count: int = TEST_WINDOWS) -> Tensor:
    return vibrations(count, fault, Generator().manual_seed(SEED + 1))


def calibration_inputs(count: int = CALIBRATION_WINDOWS) -> list[Inputs]:
    """Healthy windows, which show the range of every activation; every tenth is turned up to
    another spectrum by noise, so that the result has room above what is usual."""
    generator = Generator().manual_seed(SEED + 2)
    samples = vibrations(count, HEALTHY, generator)
    samples[::10] += 0.03 * torch.randn(samples[::10].shape, generator=generator)
    return [(sample,) for sample in samples.clamp(-1, 1).split(1)]


def area_under_roc(healthy: Tensor, failing: Tensor) -> float:
    """The chance that a failing window has a larger result than a healthy one; equal ones count
    half. Results [N, 1]."""
    larger = (failing > healthy.T).double() + 0.5 * (failing == healthy.T).double()
    return larger.mean().item()


def threshold(healthy: Tensor) -> float:
    """What one healthy window in a hundred is above."""
    return healthy.quantile(0.99).item()


def anomaly() -> tuple[nn.Module, Inputs, list[Inputs]]:
    """The trained network: (model, example_inputs, calibration)."""
    calibration = calibration_inputs()
    return train(), calibration[0], calibration


def show_faults(model: Novelty, compiled: tcm.CompiledModel, console: Console) -> None:
    """How well each fault is told from healthy motors, in float and in the C."""
    table = Table("fault", "AUC float", "AUC int8", "found at 1 % false alarms")
    with torch.no_grad():
        usual = model(held_out(HEALTHY))
    usual_int8 = compiled.run(held_out(HEALTHY))
    for fault in FAULTS:
        samples = held_out(fault)
        with torch.no_grad():
            unusual = model(samples)
        unusual_int8 = compiled.run(samples)
        found = (unusual_int8 > threshold(usual_int8)).double().mean().item()
        areas = area_under_roc(usual, unusual), area_under_roc(usual_int8, unusual_int8)
        table.add_row(fault, *(f"{area:.3f}" for area in areas), f"{100 * found:.0f} %")
    console.print(table)


def main() -> None:
    """Prints how well faults are told, and what a call costs."""
    console = Console()
    with console.status("Making vibrations and training"):
        model = train()
        calibration = calibration_inputs()
    table = Table("core", "RAM", "flash", "instructions a call", "cycles a call")
    for target in TARGETS:
        with console.status(f"Compiling, proving and measuring for {target}"):
            compiled = tcm.compile(
                model, calibration[0], target=target, calibration=calibration, name="anomaly"
            )
            compiled.save(OUT / f"anomaly-{target}")
            compiled.verify(held_out("bearing", 10), random=0)
            report = compiled.profile(held_out(HEALTHY, 1))
        if target == TARGETS[0]:
            show_faults(model, compiled, console)
        row = (report.ram_bytes, report.flash_bytes, report.instructions, report.cycles)
        table.add_row(target, *(f"{value or 0:,}" for value in row))
    console.print(table)


if __name__ == "__main__":
    try:
        main()
    except tcm.TcmError as error:
        sys.exit(f"error: {error}")
