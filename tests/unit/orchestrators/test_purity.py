"""What an orchestrator may not do, read off its syntax tree."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

FILES = sorted(Path("orchestrators").glob("*.py"))
DURABLE = {
    "call_activity",
    "call_sub_orchestrator",
    "create_timer",
    "wait_for_external_event",
    "task_any",
    "task_all",
}


def problems(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Try) and any(_yields(child) for child in node.finalbody):
            yield f"line {node.lineno}: yield in finally"
        if isinstance(node, ast.ExceptHandler) and (
            node.type is None or _names(node.type) & {"BaseException"}
        ):
            yield f"line {node.lineno}: a handler that would catch GeneratorExit"
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and _called(node.value) in DURABLE:
            yield f"line {node.lineno}: a durable task that nobody keeps"


def _yields(node: ast.AST) -> bool:
    return any(isinstance(child, ast.Yield | ast.YieldFrom) for child in ast.walk(node))


def _names(node: ast.AST) -> set[str]:
    return {child.id for child in ast.walk(node) if isinstance(child, ast.Name)}


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_orchestrators_are_pure(path: Path) -> None:
    assert list(problems(path.read_text())) == []


@pytest.mark.parametrize(
    "source",
    [
        "def f(c):\n    try:\n        pass\n    finally:\n        yield c.call_activity('x')",
        "def f(c):\n    try:\n        yield 1\n    except:\n        pass",
        "def f(c):\n    c.call_activity('x')\n    yield",
    ],
)
def test_the_check_finds_what_it_is_for(source: str) -> None:
    assert list(problems(source))
