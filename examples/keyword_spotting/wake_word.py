"""Hear a wake word in a stream of samples: features, network and decision in one compiled model.

`python examples/keyword_spotting/wake_word.py` trains a network that hears one word among others
and in noise, from samples of a microphone at 8 kHz on: log-mel features are its first layer. It is
trained over windows of a second; compiled with `--stream pcm --hop 160` it takes the 160 newest
samples a call, 20 ms, and gives the scores that the whole window gives, bit for bit. The program
shows accuracy on held-out windows, then what the C on this computer hears in a recording of half a
minute, and what a call costs on two cores. The C stays in out/.

The same model as a factory for the command line:

    tcm compile examples/keyword_spotting/wake_word.py:wake_word --stream pcm --hop 160 -o out/wake

The words are made here, of seeds, and need no download: see `spoken`.
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
TRAINING_WINDOWS, TEST_WINDOWS, CALIBRATION_WINDOWS = 2000, 1000, 100
EPOCHS, BATCH = 12, 64
TARGETS = ("cortex-m4", "cortex-m55")
OUT = Path("out")

RATE, HOP, FRAME = 8000, 160, 256
WINDOW = FRAME + 48 * HOP
"""Samples of a window: 49 frames, 20 ms apart."""

SOUNDS = torch.tensor([[300, 2300], [700, 1150], [350, 850], [550, 1800], [850, 1600], [450, 1200]])
"""Two formants each, in Hz."""

WORDS = ((0, 1, 3), (1, 3, 0), (3, 0, 1), (0, 1, 2), (4, 1, 3), (2, 5, 4), (5, 0, 2), (4, 2, 5))
"""Three sounds each. The first is the wake word; the next two have its sounds in another order, two
more differ from it in one."""

NOTHING = len(WORDS)

Data = tuple[Tensor, Tensor]
"""(samples [N, WINDOW], 1 for the wake word and 0 for all else [N])"""

Inputs = tuple[Tensor, ...]


def spoken(words: Tensor, generator: Generator) -> Tensor:
    """[N, WINDOW]: each word once, or nothing, in noise; samples in [-1, 1).

    With each of its pulses, whose pitch falls a little, a voice lets the formants ring, which glide
    from sound to sound; 0.4 to 0.6 seconds a word, anywhere in the window. Recordings are louder
    and softer by 30 dB; noise goes from far below the voice to above it.
    """
    count = len(words)

    def uniform(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(count, 1, generator=generator)

    time = torch.arange(WINDOW) / RATE
    duration = uniform(0.4, 0.6)
    place = (time - uniform(0.02, 0.98) * (WINDOW / RATE - duration)) / duration
    formants = _formants(words, place, generator)
    pitch = uniform(90, 220) * (1 - 0.15 * place.clamp(0, 1))
    since_pulse = (torch.cumsum(pitch / RATE, 1) % 1 / pitch)[..., None]
    ringing = torch.exp(-250 * since_pulse) * torch.sin(2 * torch.pi * formants * since_pulse)
    swell = torch.sin(torch.pi * place.clamp(0, 1)).clamp(min=0) * (words != NOTHING)[:, None]
    noise = torch.randn(count, WINDOW, generator=generator) * 10 ** uniform(-1.3, 0.2)
    return (10 ** uniform(-2.2, -0.7) * (ringing.sum(2) * swell + 0.5 * noise)).clamp(-1, 1)


def _formants(words: Tensor, place: Tensor, generator: Generator) -> Tensor:
    """[N, WINDOW, 2]: those of a word at each place from 0 to 1; every speaker's are a little
    higher or lower."""
    sounds = SOUNDS[torch.tensor([*WORDS, (0, 0, 0)])[words]]
    sounds = sounds * (1 + 0.05 * torch.randn(len(words), 1, 2, generator=generator))
    within = (3 * place).clamp(0, 2.999)
    first = within.long()
    glide = ((within - first - 0.7) / 0.3).clamp(0, 1)[..., None]
    row = torch.arange(len(words))[:, None]
    return (1 - glide) * sounds[row, first] + glide * sounds[row, (first + 1).clamp(max=2)]


def windows(count: int, seed: int) -> Data:
    """Half of the windows have the wake word, the others another word or nothing."""
    generator = Generator().manual_seed(seed)
    others = torch.randint(1, NOTHING + 1, (count,), generator=generator)
    words = torch.where(torch.arange(count) % 2 == 0, 0, others)
    samples = torch.cat([spoken(part, generator) for part in words.split(100)])
    return samples, (words == 0).long()


class WakeWord(nn.Module):
    """Samples [N, WINDOW] in [-1, 1) -> scores [N, 2]: anything else, the wake word.

    No layer pads: each sees the frames that there are, so that the network can be streamed.
    """

    def __init__(self, channels: int = 24) -> None:
        super().__init__()
        self.features = tcm.LogMel(RATE, window=FRAME, hop=HOP, bands=24, low=80.0, floor=1e-5)
        self.normalize = nn.BatchNorm1d(24)
        inputs = (24, channels, channels)
        self.layers = nn.ModuleList(
            nn.Sequential(
                nn.Conv1d(size, channels, 3, dilation=3**depth),
                nn.BatchNorm1d(channels),
                nn.ReLU(),
            )
            for depth, size in enumerate(inputs)
        )
        self.score = nn.Linear(channels, 2)

    def forward(self, pcm: Tensor) -> Tensor:
        return self.classify(self.features(pcm))

    def classify(self, features: Tensor) -> Tensor:
        frames = self.normalize(features)
        for layer in self.layers:
            frames = layer(frames)
        return self.score(frames.amax(2))


def train(count: int = TRAINING_WINDOWS, epochs: int = EPOCHS) -> WakeWord:
    """The network in evaluation mode; the seed is fixed, so that every run trains the same."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # a network this small trains fastest so, and the same on any computer
    try:
        return _train(count, epochs)
    finally:
        torch.set_num_threads(threads)


def _train(count: int, epochs: int) -> WakeWord:
    torch.manual_seed(SEED)
    model = WakeWord()
    samples, classes = windows(count, SEED)
    with torch.no_grad():
        features = torch.cat([model.features(part) for part in samples.split(100)])
    steps = epochs * (count // BATCH)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=5e-3, total_steps=steps)
    for _ in range(epochs):
        for chosen in torch.randperm(count).split(BATCH)[: count // BATCH]:
            scores = model.classify(features[chosen])
            loss = nn.functional.cross_entropy(scores, classes[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.eval()


def held_out_windows(count: int = TEST_WINDOWS) -> Data:
    return windows(count, SEED + 1)


def calibration_inputs(count: int = CALIBRATION_WINDOWS) -> list[Inputs]:
    """Windows that show the range of every activation, in the form of example inputs."""
    samples, _ = windows(count, SEED + 2)
    return [(sample,) for sample in samples.split(1)]


def accuracy(scores: Tensor, classes: Tensor) -> float:
    """Right answers in percent; scores [N, 2], classes [N]."""
    return 100.0 * (scores.argmax(dim=1) == classes).double().mean().item()


def recording(count: int = 30) -> tuple[Tensor, list[bool]]:
    """[1, samples], one window behind the other, and whether each has the wake word: a third."""
    generator = Generator().manual_seed(SEED + 3)
    words = torch.randint(1, NOTHING + 1, (count,), generator=generator)
    words[::3] = 0
    return spoken(words, generator).reshape(1, -1), (words == 0).tolist()


def heard(scores: Tensor, first: int) -> list[float]:
    """When, in seconds, the wake word begins to be heard: scores [calls, 2], which count from call
    ``first`` on, counted from 1."""
    loud = (scores[:, 1] > scores[:, 0]).tolist()
    before = [False, *loud[first - 1 : -1]]
    begins = [call for call, was in enumerate(before, start=first) if loud[call - 1] and not was]
    return [HOP * call / RATE for call in begins]


def calls_of(samples: Tensor) -> Tensor:
    """[1, samples] -> [calls, HOP], what one call takes each; what is left behind is cut off."""
    whole = samples.shape[1] // HOP * HOP
    return samples[0, :whole].reshape(-1, HOP)


def wake_word() -> tuple[nn.Module, Inputs, list[Inputs]]:
    """The trained network: (model, example_inputs, calibration)."""
    calibration = calibration_inputs()
    return train(), calibration[0], calibration


def compile_for(model: nn.Module, target: str, calibration: list[Inputs]) -> tcm.CompiledModel:
    """The C that takes 20 ms a call."""
    return tcm.compile(
        model,
        calibration[0],
        target=target,
        calibration=calibration,
        stream="pcm",
        hop=HOP,
        name="wake_word",
    )


def listen(compiled: tcm.CompiledModel, console: Console) -> None:
    """Gives the C a recording, call by call, and says what it hears."""
    sound, truth = recording()
    stream = compiled.graph.stream
    assert stream is not None
    scores = torch.cat(list(compiled.stream(calls_of(sound).split(1))))
    spoken_at = [f"{index * WINDOW / RATE:.0f}" for index, wake in enumerate(truth) if wake]
    times = [f"{time:.1f}" for time in heard(scores, stream.first_result)]
    console.print(f"said in the second behind {', '.join(spoken_at)} s")
    console.print(f"heard at {', '.join(times)} s")


def main() -> None:
    """Prints accuracy, what is heard in a recording, and a table of costs."""
    console = Console()
    with console.status("Making words and training"):
        model = train()
        calibration = calibration_inputs()
        samples, classes = held_out_windows()
    with torch.no_grad():
        right = accuracy(torch.cat([model(part) for part in samples.split(100)]), classes)
    with console.status("Compiling and running"):
        whole = tcm.compile(model, calibration[0], target="host", calibration=calibration)
        right_int8 = accuracy(whole.run(samples), classes)
    console.print(f"held-out windows: float {right:.1f} %, int8 {right_int8:.1f} %")
    listen(compile_for(model, "host", calibration), console)
    calls = calls_of(samples[:1])
    table = Table("core", "RAM", "flash", "instructions a call", "cycles a call")
    for target in TARGETS:
        with console.status(f"Compiling, proving and measuring for {target}"):
            compiled = compile_for(model, target, calibration)
            compiled.save(OUT / f"wake-word-{target}")
            compiled.verify(calls, random=0)
            report = compiled.profile(calls[:1])
        row = (report.ram_bytes, report.flash_bytes, report.instructions, report.cycles)
        table.add_row(target, *(f"{value or 0:,}" for value in row))
    console.print(table)


if __name__ == "__main__":
    try:
        main()
    except tcm.TcmError as error:
        sys.exit(f"error: {error}")
