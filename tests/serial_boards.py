"""Boards at a pseudo-terminal: firmwares on this computer or in QEMU, and lines with faults."""

from __future__ import annotations

import os
import re
import select
import subprocess
import threading
import tty
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from torch_cortex_m import CompiledModel
from torch_cortex_m.ship import project_files
from torch_cortex_m.target import CORES

ROOT = Path(__file__).parents[1]
FOLDER = Path(__file__).parent / "board"
QEMU = ("qemu-system-arm", "-M", "mps2-an386", "-display", "none", "-monitor", "none")

Change = Callable[[bytes], bytes]
"""What a line, or who answers at its end, makes of bytes."""


def write_firmware(model: CompiledModel, folder: Path) -> list[str]:
    """The files of a firmware without its main program; the names of what to compile."""
    return write_files(project_files(model.generated, "serial", "1.2.3"), folder)


def write_files(files: Mapping[str, str], folder: Path) -> list[str]:
    """The names of what to compile."""
    for name, text in files.items():
        (folder / name).write_text(text)
    return [name for name in files if name.endswith(".c")]


def guide_main() -> str:
    """The main program that the guide shows."""
    page = (ROOT / "docs" / "board.md").read_text()
    return re.findall(r"^```c\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)[0]


TIMER = """
#define TIMER ((volatile uint32_t *)0x40000000) /* control, value, reload; counts down */
uint32_t ticks(void);
uint32_t ticks(void)
{
    if (TIMER[0] == 0) {
        TIMER[1] = TIMER[2] = UINT32_MAX;
        TIMER[0] = 1;
    }
    return UINT32_MAX - TIMER[1];
}
"""


def with_timer(main: str) -> str:
    """The program with ``ticks``, by a timer of the emulated board."""
    return main.replace("int main", f"{TIMER}\nint main")


def build_for_host(sources: Sequence[str], folder: Path, *, counts: bool = True) -> Path:
    """With sanitizers, and a counter of its own and cycles of layers, if it counts. Optimized code
    takes ten times as long to compile with these."""
    flags = ["-O0", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    if counts:
        flags += ["-include", "tcm_serial_layers.h", "-DTCM_SERIAL_CYCLES=ticks"]
        flags += ["-DTCM_SERIAL_CLOCK_HZ=1000000"]
    command = ["gcc", *flags, f"-I{folder}", *sources, str(FOLDER / "host.c"), "-o", "firmware"]
    subprocess.run(command, cwd=folder, check=True)
    return folder / "firmware"


def build_for_board(sources: Sequence[str], folder: Path, main: str, flags: Sequence[str]) -> Path:
    """For the emulated board of a Cortex-M4."""
    (folder / "main.c").write_text(main)
    command = ["arm-none-eabi-gcc", *CORES["cortex-m4"].flags, "-O2", *flags, "main.c", *sources]
    command += [str(FOLDER / "startup.c"), "-T", str(FOLDER / "board.ld"), "-nostartfiles"]
    command += ["--specs=nano.specs", "--specs=nosys.specs", "-o", "firmware.elf"]
    subprocess.run(command, cwd=folder, check=True)
    return folder / "firmware.elf"


def _same(data: bytes) -> bytes:
    return data


class Terminal:
    """A pseudo-terminal: a port for whoever opens ``on``, and a file descriptor for the board."""

    def __init__(self) -> None:
        self.board, self._port = os.openpty()
        tty.setraw(self._port)
        self.on = f"serial:{os.ttyname(self._port)}@921600"
        self._ended = threading.Event()
        self._reader: threading.Thread | None = None

    def pump(self, destination: Callable[[], int], change: Change = _same) -> None:
        """Carries what comes for the board until it is closed."""
        self._reader = pump(self.board, destination, change, self._ended)

    def close(self) -> None:
        """Ends the pumps, too: the next file that is opened may have the same descriptor."""
        self._ended.set()
        if self._reader is not None and self._reader is not threading.current_thread():
            self._reader.join()
        for descriptor in (self._port, self.board):
            with suppress(OSError):
                os.close(descriptor)
        self._port = self.board = -1


def pump(
    source: int,
    destination: Callable[[], int],
    change: Change = _same,
    ended: threading.Event | None = None,
) -> threading.Thread:
    """Carries bytes until one of the ends is gone, or ``ended`` is set."""

    def carry() -> None:
        with suppress(OSError, ValueError):  # of a descriptor, or a pipe, that is closed
            while ended is None or not ended.is_set():
                if not select.select([source], [], [], 0.02)[0]:
                    continue
                if not (data := os.read(source, 4096)):
                    return
                os.write(destination(), change(data))

    thread = threading.Thread(target=carry, daemon=True)
    thread.start()
    return thread


@contextmanager
def answering(answer: Change) -> Iterator[str]:
    """Somebody who gives these bytes for those that came."""
    terminal = Terminal()
    terminal.pump(lambda: terminal.board, answer)
    try:
        yield terminal.on
    finally:
        terminal.close()


class BoardProcess:
    """A firmware on this computer or in QEMU, whose line is standard input and output, at a
    pseudo-terminal that changes bytes on their way."""

    def __init__(
        self, command: Sequence[str | Path], up: Change = _same, down: Change = _same
    ) -> None:
        self._terminal = Terminal()
        self.on = self._terminal.on
        self._command, self._down = command, down
        self._start()
        self._terminal.pump(self._input, up)

    def _input(self) -> int:
        assert self._process.stdin is not None
        return self._process.stdin.fileno()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        output = self._process.stdout.fileno()
        self._writer = pump(output, lambda: self._terminal.board, self._down)

    def _stop(self) -> None:
        self._process.kill()
        self._process.wait()
        self._writer.join(1)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()

    def restart(self) -> None:
        self._stop()
        self._start()

    def unplug(self) -> None:
        self._terminal.close()

    def __enter__(self) -> BoardProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self._terminal.close()
        self._stop()


def emulated(firmware: Path) -> BoardProcess:
    """With the UART of QEMU's board as its line."""
    return BoardProcess([*QEMU, "-icount", "shift=7", "-serial", "stdio", "-kernel", firmware])


class Faults:
    """Loses, changes and adds a byte, in turn, each ``step`` bytes."""

    def __init__(self, step: int) -> None:
        self._step = step
        self._passed = 0
        self.count = 0

    def __call__(self, data: bytes) -> bytes:
        return b"".join(map(self._byte, data))

    def _byte(self, byte: int) -> bytes:
        self._passed += 1
        if self._passed % self._step:
            return bytes([byte])
        self.count += 1
        return (b"", bytes([byte ^ 4]), bytes([byte, 0xC7]))[self.count % 3]
