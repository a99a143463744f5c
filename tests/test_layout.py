"""What holds of the whole tree and no linter says."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import graphql
import saleor_returns_app

PACKAGE = Path(saleor_returns_app.__file__).parent
ROOT = PACKAGE.parent


def environment_readers(folder: Path) -> Iterator[str]:
    """Modules that reach for the process's environment, by whatever name."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) and node.module == "os" else []
            )
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
                names.append(node.attr)
            if {"environ", "environb", "getenv", "putenv"} & set(names):
                yield path.relative_to(folder).as_posix()
                break


def test_only_the_configuration_reads_the_environment() -> None:
    assert list(environment_readers(PACKAGE)) == ["config.py"]


def test_readers_of_the_environment_are_found_by_any_name(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import os\nx = os.environ['X']\n")
    (tmp_path / "b.py").write_text("from os import getenv as g\n")
    (tmp_path / "c.py").write_text("import os\nx = os.getcwd()\n")
    assert list(environment_readers(tmp_path)) == ["a.py", "b.py"]


def test_the_folder_of_operations_does_not_hide_the_library_of_the_same_name() -> None:
    assert not list((ROOT / "graphql").rglob("*.py"))
    assert graphql.__file__ is not None
    assert not Path(graphql.__file__).is_relative_to(ROOT / "graphql")


def test_the_lock_of_the_scripts_names_no_registry() -> None:
    assert "resolved" not in (ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8")
