"""A folder that is written again is wholly the old one or the new one, and says what made it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from threading import Barrier
from zipfile import ZipFile

import pytest
from command_line import tcm

from torch_cortex_m import __version__
from torch_cortex_m.errors import TcmError
from torch_cortex_m.manifest import MANIFEST
from torch_cortex_m.staging import replace_folder

NETWORKS = Path(__file__).parent / "models" / "small_networks.py"
LIST = "list.json"


def writer(text: str, names: list[str]) -> Callable[[Path], None]:
    def write(work: Path) -> None:
        for name in names:
            (work / name).parent.mkdir(exist_ok=True)
            (work / name).write_text(text)
        (work / LIST).write_text(json.dumps({"files": names}))

    return write


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize("ending", [KeyboardInterrupt, SystemExit(143), OSError("disk")])
@pytest.mark.parametrize("moves", range(6))
def test_what_ends_between_moves_leaves_the_old_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: BaseException, moves: int
) -> None:
    folder = tmp_path / "out"
    replace_folder(folder, LIST, writer("old", ["a", "b", "gone/c"]))
    (folder / "mine").write_text("of the user")
    before = contents(folder)
    move = Path.replace
    made: list[Path] = []

    def some(path: Path, target: Path) -> Path:
        made.append(target)
        if len(made) == moves + 1:
            raise ending
        return move(path, target)

    monkeypatch.setattr(Path, "replace", some)
    with pytest.raises(
        TcmError if isinstance(ending, OSError) else (KeyboardInterrupt, SystemExit)
    ):
        replace_folder(folder, LIST, writer("new", ["a", "b", "new/d", "new/e"]))
    assert contents(folder) == before
    assert not (folder / "new").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def replace_at_once(folder: Path, names: list[str]) -> None:
    ready = Barrier(2)

    def write(work: Path, text: str) -> None:
        writer(text, names)(work)
        ready.wait()

    def replace(text: str) -> None:
        replace_folder(folder, LIST, lambda work: write(work, text))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(replace, "ab"))


def test_of_several_writers_one_is_the_last(tmp_path: Path) -> None:
    """Into a new folder, and then into one that is there."""
    names = [f"file{index}" for index in range(40)]
    for turn in range(20):
        folder = tmp_path / str(turn // 2)
        replace_at_once(folder, names)
        texts = {data for name, data in contents(folder).items() if name in names}
        assert len(texts) == 1, f"turn {turn}"
        assert sorted(path.name for path in folder.iterdir()) == sorted([*names, LIST, MANIFEST])


def test_every_folder_says_what_made_it(tmp_path: Path) -> None:
    tcm("compile", f"{NETWORKS}:nothing_to_do", "-o", "out of it", cwd=tmp_path)
    tcm("project", "out of it", "make", "-o", "firmware", cwd=tmp_path)
    made = {"out of it": "compile", "firmware": "project 'out of it' make -o firmware"}
    for name, command in made.items():
        folder = tmp_path / name
        data = json.loads((folder / MANIFEST).read_text())
        assert data["command"].startswith(f"tcm {command}")
        assert data["versions"]["torch-cortex-m"] == __version__
        assert data["versions"].keys() == {"torch-cortex-m", "python", "numpy", "torch", "torchao"}
        files = contents(folder)
        del files[MANIFEST]
        assert data["files"] == {
            file: {"bytes": len(text), "sha256": sha256(text).hexdigest()}
            for file, text in sorted(files.items())
        }


def test_constants_are_the_same_bytes_with_any_python(tmp_path: Path) -> None:
    """Python 3.10 and 3.11 write other versions of the format for what numpy.savez asks for."""
    tcm("compile", f"{NETWORKS}:separable", "-o", "out", cwd=tmp_path)
    with ZipFile(tmp_path / "out" / "constants.npz") as archive:
        entries = archive.infolist()
    assert len(entries) > 1
    heads = {(e.create_system, e.create_version, e.extract_version, e.date_time) for e in entries}
    assert heads == {(3, 20, 20, (1980, 1, 1, 0, 0, 0))}


def test_folders_are_the_same_for_any_hash_seed_locale_and_number_of_threads(
    tmp_path: Path,
) -> None:
    surroundings = [
        {"PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1"},
        {"PYTHONHASHSEED": "2", "LC_ALL": "C", "OMP_NUM_THREADS": "2", "TZ": "Asia/Tokyo"},
    ]
    command = [sys.executable, "-m", "torch_cortex_m", "compile", f"{NETWORKS}:separable"]
    command += ["-o", "out", "--ram", "min"]
    found = []
    for index, each in enumerate(surroundings):
        cwd = tmp_path / str(index)
        cwd.mkdir()
        subprocess.run(command, check=True, cwd=cwd, env={**os.environ, **each})
        found.append(contents(cwd / "out"))
    assert found[0].keys() == found[1].keys()
    assert [name for name in found[0] if found[0][name] != found[1][name]] == []
