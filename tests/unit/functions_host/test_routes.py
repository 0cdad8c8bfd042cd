"""Route templates by ASP.NET's rules."""

import pytest

from local.functions_host.routes import compile_template

GUID = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.mark.parametrize(
    ("template", "path", "expected"),
    [
        ("items", "items", {}),
        ("items", "Items", {}),
        ("items", "items/1", None),
        ("items/{id}", "items/a b", {"id": "a b"}),
        ("items/{id}", "items", None),
        ("items/{id?}", "items", {}),
        ("items/{id?}", "items/5", {"id": "5"}),
        ("items/{id:int?}", "items/x", None),
        ("items/{id=7}", "items", {"id": "7"}),
        ("{a}/{b}", "x/y", {"a": "x", "b": "y"}),
        ("{a}-{b}.txt", "x-y.txt", {"a": "x", "b": "y"}),
        ("files/{*path}", "files/a/b/c", {"path": "a/b/c"}),
        ("files/{*path}", "files", {}),
        ("{**all}", "", {}),
        ("{id:int}", "-12", {"id": "-12"}),
        ("{id:int}", "3000000000", None),
        ("{id:long}", "3000000000", {"id": "3000000000"}),
        ("{id:guid}", GUID, {"id": GUID}),
        ("{id:guid}", "nope", None),
        ("{b:bool}", "TRUE", {"b": "TRUE"}),
        ("{a:alpha}", "abc1", None),
        ("{d:datetime}", "2026-01-02", {"d": "2026-01-02"}),
        ("{n:min(3):max(9)}", "5", {"n": "5"}),
        ("{n:min(3):max(9)}", "10", None),
        ("{n:range(1,3)}", "4", None),
        ("{s:length(2,3)}", "abcd", None),
        ("{s:minlength(2)}", "a", None),
        ("{s:regex(^a[[0-9]]+$)}", "b7", None),
        ("{s:regex(^\\d{{2}}$)}", "42", {"s": "42"}),
        ("{s:regex(^\\d{{2}}$)}", "421", None),
    ],
)
def test_match(template: str, path: str, expected: dict[str, str] | None) -> None:
    assert compile_template(template).match(path) == expected


def test_the_more_specific_template_comes_first() -> None:
    templates = ["{*rest}", "items/{id}", "items/{id:int}", "items/new"]
    ordered = sorted((compile_template(t) for t in templates), key=lambda t: t.precedence)
    assert [t.template for t in ordered] == ["items/new", "items/{id:int}", "items/{id}", "{*rest}"]


@pytest.mark.parametrize("template", ["{a:nope}", "{a:length(x)}", "{unclosed", "{a:range(1)}"])
def test_templates_that_cannot_be_read(template: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        compile_template(template)
