"""A hook of mkdocs: the pages of the site that are made of other files, and links that leave docs/.

Hooks and generated files: https://www.mkdocs.org/user-guide/configuration/#hooks
"""

from __future__ import annotations

import inspect
import os
import re
from pathlib import Path, PurePosixPath
from types import ModuleType

import typer.cli
import typer.main
from _errors import errors_page
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

import torch_cortex_m
from torch_cortex_m.cli import app

ROOT = Path(__file__).parents[1]
PAGES = {
    "README.md": "index.md",
    "examples/README.md": "examples.md",
    **{
        path.relative_to(ROOT).as_posix(): f"example-{path.parent.name.replace('_', '-')}.md"
        for path in sorted(ROOT.glob("examples/*/README.md"))
    },
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
}
"""A file of the repository -> the page that it is."""

LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")
ARGUMENT = re.compile(r"^(?=\w[\w, ]*: )", re.MULTILINE)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages that are made, and the files that pages link to."""
    made = {page: (ROOT / source).read_text() for source, page in PAGES.items()}
    made |= {"command-line.md": command_line(), "python.md": python(), "errors.md": errors_page()}
    for name, text in made.items():
        files.append(File.generated(config, name, content=text))
    for path in sorted(linked_files()):
        content = (ROOT / path).read_bytes()
        files.append(File.generated(config, path, content=content))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page with links as the site has them."""
    source = source_of(page.file.src_uri)
    return LINK.sub(lambda found: f"]({in_site(found[1], source)}", markdown)


def source_of(page: str) -> PurePosixPath:
    """Where a page of the site stands in the repository."""
    made_of = {made: source for source, made in PAGES.items()}
    return PurePosixPath(made_of.get(page, f"docs/{page}"))


def target(link: str, source: PurePosixPath) -> str:
    """The file of the repository that a link of the file ``source`` leads to."""
    path = os.path.normpath(source.parent / link)
    return f"{path}/README.md" if (ROOT / path).is_dir() else path


def in_site(link: str, source: PurePosixPath) -> str:
    """The link from the site's page; pages made of other files lie at the top, as all do."""
    path = target(link, source)
    return PAGES.get(path, path.removeprefix("docs/"))


def linked_files() -> set[str]:
    """Files outside of docs/ that are no pages and that a page links to."""
    sources = [*PAGES, *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
    found = {
        target(link, PurePosixPath(source))
        for source in sources
        for link in LINK.findall((ROOT / source).read_text())
    }
    return {path for path in found if not path.startswith("docs/")} - set(PAGES)


def command_line() -> str:
    """All commands with their options, as typer describes them."""
    command = typer.main.get_command(app)
    context = typer.Context(command, info_name="tcm")
    return typer.cli.get_docs_for_click(obj=command, ctx=context, name="tcm", title="Command line")


def python() -> str:
    """The public names with their signatures and docstrings."""
    text = "# Python\n\n    import torch_cortex_m as tcm\n"
    for name in torch_cortex_m.__all__:
        value = getattr(torch_cortex_m, name)
        text += f"\n## tcm.{name}\n{described(value, f'tcm.{name}')}"
        if inspect.isclass(value) or inspect.ismodule(value):
            text += "".join(members(value, name))
    return text


def members(owner: type | ModuleType, name: str) -> list[str]:
    """The public methods and properties of a class, or functions of a module."""
    module = owner.__module__ if inspect.isclass(owner) else owner.__name__
    found = []
    for key, value in vars(owner).items():
        value = value.fget if isinstance(value, property) else value
        ours = inspect.isfunction(value) and value.__module__ == module
        if ours and not key.startswith("_") and value.__doc__:
            found.append(f"\n### {name}.{key}\n{described(value, key)}")
    return found


def described(value: object, name: str) -> str:
    """Signature and docstring, in which arguments are a list."""
    text = ARGUMENT.sub("- ", inspect.getdoc(value) or "")
    has_signature = inspect.isfunction(value) or "__init__" in vars(value)
    if not has_signature:
        return f"\n{text}\n"
    return f"\n```python\n{name}{inspect.signature(value)}\n```\n\n{text}\n"
