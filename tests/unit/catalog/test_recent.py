"""What a process keeps is bounded, and goes by when it was last looked at."""

from shared.catalog.recent import Recent


def test_what_nobody_looked_at_for_longest_goes_first() -> None:
    kept = Recent[str, int](most=2)
    kept.keep("a", 0)
    kept.keep("b", 1)
    assert kept.get("a") == 0
    kept.keep("c", 2)
    assert [kept.get(name) for name in ("a", "b", "c")] == [0, None, 2]
    kept.keep("a", 7)
    assert (kept.get("a"), kept.get("c")) == (7, 2)
