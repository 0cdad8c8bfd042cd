"""Published images as a table, and a lineage as a tree."""

from rich.console import Console
from rich.table import Table
from rich.tree import Tree

from cli.json_types import Json, child, objects, text


def print_images(body: Json) -> None:
    """One line for each version; a stale one with the newer version of what it was built on."""
    listed = objects(body, "value")
    if not listed:
        print("no images")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("image", "version", "state", "published", "built on", "built by"):
        table.add_column(heading, overflow="fold")
    for image in listed:
        newer = text(image, "newerParent")
        parent = _short(text(image, "parent")) + (f" (newer: {_short(newer)})" if newer else "")
        name = _short(text(image, "definitionId"))
        facts = (text(image, field) for field in ("version", "state", "publishedAt"))
        table.add_row(name, *facts, parent, text(image, "builtBy"))
    Console().print(table)


def print_lineage(body: Json) -> None:
    """The oldest ancestor on top, each below what it was built on."""
    image = child(body, "image")
    line = [*reversed(objects(body, "ancestors")), image]
    tree = Tree(_short(text(line[0], "parent")) or "(unknown)")
    places = {}
    branch = tree
    for each in line:
        marked = f"[bold]{_label(each)}[/bold]" if each is image else _label(each)
        branch = branch.add(marked)
        places[text(each, "id").lower()] = branch
    for each in objects(body, "descendants"):
        below = places.get(text(each, "parent").lower(), branch)
        places[text(each, "id").lower()] = below.add(_label(each))
    Console().print(tree)


def _label(image: Json) -> str:
    state = text(image, "state")
    return _short(text(image, "id")) + ("" if state == "Live" else f" ({state})")


def _short(reference: str) -> str:
    """`gallery/image/1.2.3` of an ARM id; a URN as it is."""
    parts = reference.split("/")
    return "/".join(parts[8::2]) if reference.startswith("/") else reference
