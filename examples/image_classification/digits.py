"""Train a small classifier of handwritten digits and run it, bit-exact, on emulated cores.

`python examples/image_classification/digits.py` (or `make demo`) is the whole road on one page:
train a depthwise-separable CNN on scikit-learn's handwritten digits, quantize and compile it for
two cores, run every test image through C on this computer and some of them on both emulated cores,
and show accuracy, memory and instruction counts. The C stays in out/.

The same model as a factory for the command line:

    tcm compile examples/image_classification/digits.py:digits --target cortex-m4 -o out/digits
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor, nn

import torch_cortex_m as tcm

SEED = 0
EPOCHS = 30
BATCH = 64
CALIBRATION_IMAGES = 128
EMULATED_IMAGES = 20
TARGETS = ("cortex-m4", "cortex-m55")
OUT = Path("out")

Inputs = tuple[Tensor, ...]


def block(in_channels: int, out_channels: int, stride: int = 1) -> nn.Sequential:
    """Depthwise 3x3 and pointwise 1x1, each with batch norm and ReLU."""
    return nn.Sequential(
        nn.Conv2d(in_channels, in_channels, 3, stride, padding=1, groups=in_channels, bias=False),
        nn.BatchNorm2d(in_channels),
        nn.ReLU(),
        nn.Conv2d(in_channels, out_channels, 1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(),
    )


class DigitsNetwork(nn.Module):
    """Images [N, 1, 8, 8] in 0..1 -> scores [N, 10]."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU()
        )
        self.blocks = nn.Sequential(block(16, 32), block(32, 48, stride=2), block(48, 64))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(64, 10)

    def forward(self, image: Tensor) -> Tensor:
        features = self.pool(self.blocks(self.stem(image)))
        return self.classifier(features.flatten(1))


def train() -> tuple[nn.Module, Tensor, Tensor, Tensor]:
    """Train on three quarters of the 1797 images.

    Returns:
        The model in eval mode, test images [450, 1, 8, 8], test labels [450] and the training
        images [1347, 1, 8, 8]. The seed is fixed, so every run trains the same model.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # images this small train fastest so, and the same on any computer
    try:
        return _train()
    finally:
        torch.set_num_threads(threads)


def _train() -> tuple[nn.Module, Tensor, Tensor, Tensor]:
    images, labels = load_digits(return_X_y=True)
    images = torch.tensor(images, dtype=torch.float32).reshape(-1, 1, 8, 8) / 16
    labels = torch.tensor(labels)
    split = train_test_split(range(len(labels)), test_size=0.25, random_state=SEED, stratify=labels)
    train_index, test_index = (torch.tensor(part) for part in split)
    train_images, train_labels = images[train_index], labels[train_index]
    torch.manual_seed(SEED)
    model = DigitsNetwork()
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    steps = EPOCHS * -(-len(train_images) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1e-2, total_steps=steps)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(train_images)).split(BATCH):
            loss = nn.functional.cross_entropy(model(train_images[batch]), train_labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.eval(), images[test_index], labels[test_index], train_images


def accuracy(scores: Tensor, labels: Tensor) -> float:
    """Right answers in percent; scores [N, 10], labels [N]."""
    return 100.0 * (scores.argmax(dim=1) == labels).double().mean().item()


def calibration_inputs(train_images: Tensor) -> list[Inputs]:
    """Training images that show the range of every activation, in the form of example inputs."""
    return [(image,) for image in train_images[:CALIBRATION_IMAGES].split(1)]


def digits() -> tuple[nn.Module, Inputs, list[Inputs]]:
    """The trained network: (model, example_inputs, calibration)."""
    model, _, _, train_images = train()
    calibration = calibration_inputs(train_images)
    return model, calibration[0], calibration


def main() -> None:
    """Train, compile for both cores, prove and measure; prints a table and one line of results."""
    console = Console()
    with console.status("Training on 1347 handwritten digits"):
        model, test_images, test_labels, train_images = train()
        with torch.no_grad():
            float_accuracy = accuracy(model(test_images), test_labels)
    calibration = calibration_inputs(train_images)
    compiled = {}
    for target in TARGETS:
        with console.status(f"Quantizing and compiling for {target}"):
            compiled[target] = tcm.compile(
                model, calibration[0], target=target, calibration=calibration, name="digits"
            )
            compiled[target].save(OUT / f"digits-{target}")
    with console.status(f"Running {len(test_images)} test images through the C on this computer"):
        on_host = compiled[TARGETS[0]]
        on_host.verify(test_images, random=0, on=["host"])
        int8_accuracy = accuracy(on_host.run(test_images), test_labels)

    table = Table("core", "float", "int8", "RAM", "flash", "instructions")
    counts = []
    for target in TARGETS:
        with console.status(f"Running {EMULATED_IMAGES} test images on an emulated {target}"):
            compiled[target].verify(test_images[:EMULATED_IMAGES], on=["emulator"])
            report = compiled[target].profile(test_images[:1])
        counts.append(f"{target} {report.instructions} instructions")
        table.add_row(
            target,
            f"{float_accuracy:.1f} %",
            f"{int8_accuracy:.1f} %",
            f"{report.ram_bytes:,} B",
            f"{report.flash_bytes:,} B",
            f"{report.instructions:,}",
        )
    console.print(table)
    print("The C is in", " and ".join(f"{OUT}/digits-{target}/" for target in TARGETS))
    scores = f"float {float_accuracy:.1f} %, int8 {int8_accuracy:.1f} %"
    print(f"demo: {scores}, {', '.join(counts)}, bit-exact")


if __name__ == "__main__":
    try:
        main()
    except tcm.TcmError as error:
        sys.exit(f"error: {error}")
