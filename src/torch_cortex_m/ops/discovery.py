"""The packages that operators come from: this one, those that entry points name, and folders.

A distribution brings operators by an entry point in the group ``torch_cortex_m.operators``. Its
value is a package with one folder an operator, laid out as ours are. A folder that has kernels.py
(with ``KERNELS``) instead of op.py adds kernels to the operator of its name. The same folders may
lie in one that is only on disk: the environment variable TCM_OPERATORS names it, or ``register``.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from importlib.machinery import ModuleSpec
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from ..errors import TcmError
from ..text import first_line
from .base import Definition, Kernel, Op

GROUP = "torch_cortex_m.operators"
VARIABLE = "TCM_OPERATORS"
ROOT = Path(__file__).parent.parent

registered: list[Path] = []
"""Folders that were registered, with links resolved; ``forget`` after a change."""

_clear: list[Callable[[], None]] = []
Found = TypeVar("Found")


def cache_until_registered(function: Callable[[], Found]) -> Callable[[], Found]:
    """``functools.cache`` for what depends on the operators that there are."""
    cached = cache(function)
    _clear.append(cached.cache_clear)
    return cached


def forget() -> None:
    """Makes the next use of an operator look for all of them again."""
    for clear in _clear:
        clear()


@dataclass(frozen=True)
class Package:
    """A package of operators' folders.

    origin: its distribution and entry point, or what named its folder; None: ours.
    installed: by a distribution; else it is a folder on disk.
    """

    name: str
    folder: Path
    origin: str | None = None
    installed: bool = True

    def folders_with(self, file: str) -> Iterator[str]:
        """The names of the operators' folders that have a file of this name."""
        return (path.parent.name for path in sorted(self.folder.glob(f"*/{file}")))

    def load(self, *modules: str) -> ModuleType:
        """The package, or a module of it. Raises TcmError where one from outside has defects."""
        name = ".".join((self.name, *modules))
        try:
            return importlib.import_module(name)
        except Exception as error:
            if self.origin is None:
                raise
            raise self.error(
                f"importing '{name}' failed", "a module that can be imported", first_line(error)
            ) from error

    def definition(self, name: str) -> Definition:
        """What the folder's op.py exports."""
        op: Any = getattr(self.load(name, "op"), "OP", None)
        if not (isinstance(op, type) and issubclass(op, Op)) or op.name != name:
            expected = f"OP, an Op with the name of its folder, '{name}'"
            raise self.error(f"{name}/op.py does not fit", expected, getattr(op, "name", op))
        if not (self.folder / name / "reference.py").exists():
            raise self.error(f"'{name}' is not complete", f"{name}/reference.py", "no such file")
        return Definition(op, self.kernels(name, "op"), self.folder / name, self.name)

    def kernels(self, name: str, module: str) -> tuple[Kernel, ...]:
        """KERNELS of a module in the folder, each of which has its header there."""
        kernels: Any = getattr(self.load(name, module), "KERNELS", None)
        if not isinstance(kernels, list | tuple) or not all(isinstance(k, Kernel) for k in kernels):
            expected = "KERNELS, a list of Kernel"
            raise self.error(f"{name}/{module}.py does not fit", expected, repr(kernels))
        for kernel in kernels:
            if not (self.folder / name / kernel.header).exists():
                expected = f"{name}/{kernel.header}"
                raise self.error(f"kernel '{kernel.name}' has no header", expected, "no such file")
        return tuple(kernels)

    def error(self, what: str, expected: str, got: object) -> TcmError:
        return TcmError(
            f"operators from outside cannot be used: {what}",
            where=self.origin,
            expected=expected,
            got=got,
            hint="uninstall or update it" if self.installed else "mend it, or leave it out",
        )


@cache_until_registered
def packages() -> dict[str, Package]:
    """Import name -> package: ours, those of distributions, folders."""
    ours = Package(__name__.rpartition(".")[0], Path(__file__).parent)
    outside = sorted(map(_outside, entry_points(group=GROUP)), key=lambda p: p.name)
    return {package.name: package for package in (ours, *outside, *_folders())}


def _outside(point: EntryPoint) -> Package:
    distribution = "a distribution without a name" if point.dist is None else point.dist.name
    unloaded = Package(point.value, Path(), f"{distribution}, entry point '{point.name}'")
    module = unloaded.load()
    if not hasattr(module, "__path__"):
        expected = "a package, with a folder for each operator"
        raise unloaded.error(f"'{point.value}' is no package", expected, "a module")
    return replace(unloaded, folder=Path(module.__path__[0]))


def import_name(folder: Path) -> str:
    """What a folder that is not installed is imported as: no other package has such a name, and
    the same folder has the same one in every process."""
    return f"tcm_operators_{sha256(os.fsencode(folder)).hexdigest()[:16]}"


def _folders() -> Iterator[Package]:
    """Those that the environment variable names, and those that were registered."""
    for name in filter(None, os.environ.get(VARIABLE, "").split(os.pathsep)):
        yield _folder(Path(name).resolve(), f"{name}, of the environment variable {VARIABLE}")
    for path in registered:
        yield _folder(path, f"register('{path}')")


def _folder(folder: Path, origin: str) -> Package:
    """A package that the folder need not be: neither it nor those in it need an __init__.py."""
    package = Package(import_name(folder), folder, origin, installed=False)
    if not folder.is_dir():
        expected = "a folder with a folder for each operator"
        raise package.error("there is no such folder", expected, folder)
    if not any((*package.folders_with("op.py"), *package.folders_with("kernels.py"))):
        expected = "a folder for each operator, with op.py, or with kernels.py"
        got = ", ".join(sorted(path.name for path in folder.iterdir())) or "an empty folder"
        raise package.error("the folder has no operators", expected, got)
    if package.name not in sys.modules:
        spec = ModuleSpec(package.name, None, is_package=True)
        spec.submodule_search_locations = [str(folder)]
        sys.modules[package.name] = importlib.util.module_from_spec(spec)
    return package


@cache_until_registered
def headers() -> dict[str, Path]:
    """File name -> header, of all that kernels may include.

    They have one name space, because they lie in one emitted folder. Two underscores keep those
    from outside apart from the files of a model and from the headers of the compiler.
    """
    found = {path.name: path for path in sorted(ROOT.rglob("*.h"))}
    for package in packages().values():
        for path in sorted(package.folder.glob("*/*.h")):
            if found.setdefault(path.name, path) != path:
                got = f"{path}, beside {found[path.name]}"
                raise package.error("two headers have one name", "names of their own", got)
            if "__" not in path.name and package.origin is not None:
                expected = "two underscores side by side, as in negate_s8__ref.h"
                raise package.error("the name of a header does not fit", expected, path.name)
    return found


@cache_until_registered
def definitions() -> dict[str, Definition]:
    """Operator name -> definition: ours, and then those from outside; kernels likewise."""
    headers()
    found: dict[str, Definition] = {}
    for package in packages().values():
        for name in package.folders_with("op.py"):
            if name in found:
                got = f"another '{name}', in {found[name].package}"
                raise package.error("an operator's name is taken", "a name of its own", got)
            found[name] = package.definition(name)
    for package in packages().values():
        for name in package.folders_with("kernels.py"):
            if name not in found:
                expected = "a folder named as an operator, or with op.py"
                raise package.error("kernels have no operator", expected, name)
            if found[name].package != package.name:
                found[name] = _with_kernels(found[name], package)
    return found


def _with_kernels(definition: Definition, package: Package) -> Definition:
    """The definition with the kernels that the package adds to it, after those that it has."""
    name = definition.name
    added = (
        replace(kernel, folder=package.folder / name) for kernel in package.kernels(name, "kernels")
    )
    return replace(definition, kernels=(*definition.kernels, *added))
