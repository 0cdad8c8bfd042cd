"""Every code that Kiln's own code raises has an entry in docs/errors.md, and no entry is without its code."""

import ast
from pathlib import Path

PAGE = Path("docs/errors.md")
SOURCES = [
    path for folder in ("shared", "activities", "orchestrators") for path in Path(folder).rglob("*.py")
]
MAKERS = {"BuildError", "Refusal", "_no_source"}


def raised_codes() -> set[str]:
    calls = [node for path in SOURCES for node in ast.walk(ast.parse(path.read_text())) if _is_call(node)]
    return {code for call in calls for code in _codes(call)}


def _is_call(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {*MAKERS, "replace"}
    )


def _codes(call: ast.AST) -> set[str]:
    """The code that a call makes an error with: its first argument, or the one that `replace` sets."""
    assert isinstance(call, ast.Call)
    values = [keyword.value for keyword in call.keywords if keyword.arg == "code"] or call.args[:1]
    return {v.value for v in values if isinstance(v, ast.Constant) and isinstance(v.value, str)}


def documented_codes() -> set[str]:
    return {
        line.removeprefix("## ").strip() for line in PAGE.read_text().splitlines() if line.startswith("## ")
    }


def test_codes_and_page_agree() -> None:
    assert raised_codes() - documented_codes() == set()
    assert documented_codes() - raised_codes() == set()
