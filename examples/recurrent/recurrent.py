"""Train two small recurrent networks on generated signals and compare float with int8.

`python examples/recurrent/recurrent.py` trains an LSTM that tells words apart and a GRU that counts
knocks, compiles both for two cores, runs all test sequences through C on this computer and one of
them on the emulated cores, and shows accuracy, memory and instruction counts. The C stays in out/.

The same models as factories for the command line:

    tcm compile examples/recurrent/recurrent.py:words --target cortex-m4 -o out/words
    tcm compile examples/recurrent/recurrent.py:knocks --target cortex-m4 -o out/knocks

The data is made here, of seeds, and needs no download. `spoken_words`: the energies of frequency
bands over time, where two formants wander as a word of four sounds has it. `knocks_on_a_table`: how
much three sensors vibrate, where short decaying knocks stand out from noise; the class is how many
there were, which only a memory tells in the end.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table
from torch import Generator, Tensor, nn

import torch_cortex_m as tcm

SEED = 0
BATCH = 64
TEST_SEQUENCES = 600
CALIBRATION_SEQUENCES = 100
TARGETS = ("cortex-m4", "cortex-m55")
OUT = Path("out")

Data = tuple[Tensor, Tensor]
"""(sequences [N, T, features], classes [N])"""

Inputs = tuple[Tensor, ...]

WORDS, SOUNDS, WORD_FRAMES, BANDS = 8, 4, 32, 12


def spoken_words(count: int, generator: Generator) -> Data:
    """[count, 32, 12]: energies of bands, and which of 8 words it is.

    A word is a way of two formants through four sounds. Each time it begins a little earlier or
    later, is spoken faster or slower, louder or softer, and in noise.
    """
    formants = torch.rand(WORDS, SOUNDS, 2, generator=Generator().manual_seed(1)) * (BANDS - 1)
    words = torch.randint(WORDS, (count,), generator=generator)
    speed = 0.7 + 0.6 * torch.rand(count, 1, generator=generator)
    begin = 6 * torch.rand(count, 1, generator=generator)
    place = (torch.arange(WORD_FRAMES) - begin) * speed * SOUNDS / (WORD_FRAMES - 8)
    sound = place.long().clamp(0, SOUNDS - 1)
    centers = formants[words[:, None], sound] + 0.4 * torch.randn(
        count, WORD_FRAMES, 2, generator=generator
    )
    distances = torch.arange(BANDS) - centers.unsqueeze(-1)
    spoken = ((place >= 0) & (place < SOUNDS)).unsqueeze(-1)
    loudness = 0.6 + 0.8 * torch.rand(count, 1, 1, generator=generator)
    energies = loudness * torch.exp(-(distances**2) / 2).sum(2) * spoken
    return energies + 0.6 * torch.randn(energies.shape, generator=generator), words


MOST_KNOCKS, KNOCK_FRAMES, SENSORS = 5, 60, 3


def knocks_on_a_table(count: int, generator: Generator) -> Data:
    """[count, 60, 3]: energies of vibration, and how many knocks, 0 to 5, there are.

    Knocks are at least 6 frames apart, decay, are nearer to one sensor than to others and of
    different strength; noise goes on all the time.
    """
    knocks = torch.randint(MOST_KNOCKS + 1, (count,), generator=generator)
    slots = torch.rand(count, KNOCK_FRAMES // 8, generator=generator).argsort(1)
    begins = slots * 8 + torch.randint(3, slots.shape, generator=generator)
    since = torch.arange(KNOCK_FRAMES)[None, None] - begins[..., None]
    shape = torch.where(since >= 0, torch.exp(-since / 1.5), 0.0)
    happens = torch.arange(slots.shape[1]) < knocks[:, None]
    strength = happens * (0.8 + 0.6 * torch.rand(happens.shape, generator=generator))
    nearness = 0.4 + 0.6 * torch.rand(count, slots.shape[1], SENSORS, generator=generator)
    energies = torch.einsum("nkt,nk,nks->nts", shape, strength, nearness)
    return energies + 0.12 * torch.randn(energies.shape, generator=generator).abs(), knocks


class LastStep(nn.Module):
    """A recurrent layer on [N, T, features]; its last hidden values, classified: [N, classes]."""

    def __init__(self, layer: nn.RNNBase, classes: int) -> None:
        super().__init__()
        self.layer = layer
        self.classifier = nn.Linear(layer.hidden_size, classes)

    def forward(self, sequence: Tensor) -> Tensor:
        output, _ = self.layer(sequence)
        return self.classifier(output[:, -1])


@dataclass(frozen=True)
class Task:
    """A network to train, and what makes its data. ``steps``: of training, until it is good."""

    name: str
    make: Callable[[int, Generator], Data]
    network: Callable[[], nn.Module]
    steps: int


TASKS = (
    Task("words", spoken_words, lambda: LastStep(nn.LSTM(BANDS, 24, batch_first=True), WORDS), 300),
    Task(
        "knocks",
        knocks_on_a_table,
        lambda: LastStep(nn.GRU(SENSORS, 24, batch_first=True), MOST_KNOCKS + 1),
        500,
    ),
)


def train(task: Task, steps: int) -> nn.Module:
    """The network in evaluation mode. Each batch is new; the seed is fixed, so that every run
    trains the same."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # networks this small train fastest so, and the same on any computer
    try:
        return _train(task, steps)
    finally:
        torch.set_num_threads(threads)


def _train(task: Task, steps: int) -> nn.Module:
    torch.manual_seed(SEED)
    generator = Generator().manual_seed(SEED)
    model = task.network()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1e-2, total_steps=steps)
    for _ in range(steps):
        sequences, classes = task.make(BATCH, generator)
        loss = nn.functional.cross_entropy(model(sequences), classes)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return model.eval()


def held_out_data(task: Task, count: int = TEST_SEQUENCES) -> Data:
    return task.make(count, Generator().manual_seed(SEED + 1))


def calibration_inputs(task: Task, count: int = CALIBRATION_SEQUENCES) -> list[Inputs]:
    """Sequences that show the range of every activation, in the form of example inputs."""
    sequences, _ = task.make(count, Generator().manual_seed(SEED + 2))
    return [(sequence,) for sequence in sequences.split(1)]


def accuracy(scores: Tensor, classes: Tensor) -> float:
    """Right answers in percent; scores [N, classes], classes [N]."""
    return 100.0 * (scores.argmax(dim=1) == classes).double().mean().item()


def _factory(task: Task) -> tuple[nn.Module, Inputs, list[Inputs]]:
    calibration = calibration_inputs(task)
    return train(task, task.steps), calibration[0], calibration


def words() -> tuple[nn.Module, Inputs, list[Inputs]]:
    """The network that tells words apart: (model, example_inputs, calibration)."""
    return _factory(TASKS[0])


def knocks() -> tuple[nn.Module, Inputs, list[Inputs]]:
    """The network that counts knocks: (model, example_inputs, calibration)."""
    return _factory(TASKS[1])


def show(task: Task, table: Table, console: Console) -> None:
    """Train, compile for both cores, prove and measure: a row for each core."""
    with console.status(f"Training the {task.name} network"):
        model = train(task, task.steps)
    sequences, classes = held_out_data(task)
    with torch.no_grad():
        float_accuracy = accuracy(model(sequences), classes)
    calibration = calibration_inputs(task)
    for target in TARGETS:
        with console.status(f"Compiling and running the {task.name} network for {target}"):
            compiled = tcm.compile(
                model, calibration[0], target=target, calibration=calibration, name=task.name
            )
            compiled.save(OUT / f"{task.name}-{target}")
            compiled.verify(sequences[:20], random=0, on=["host", "emulator"])
            int8_accuracy = accuracy(compiled.run(sequences), classes)
            report = compiled.profile(sequences[:1])
        table.add_row(
            task.name,
            target,
            f"{float_accuracy:.1f} %",
            f"{int8_accuracy:.1f} %",
            f"{report.ram_bytes:,} B",
            f"{report.flash_bytes:,} B",
            f"{report.instructions:,}",
        )


def main() -> None:
    """Both tasks; prints a table."""
    console = Console()
    table = Table("network", "core", "float", "int8", "RAM", "flash", "instructions")
    for task in TASKS:
        show(task, table, console)
    console.print(table)


if __name__ == "__main__":
    try:
        main()
    except tcm.TcmError as error:
        sys.exit(f"error: {error}")
