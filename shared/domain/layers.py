"""Layers: the OS disk of a build VM after a customizer, kept as a snapshot for runs that come to the same.

A layer stands for the exact source, the machine, and every customizer up to its own with the bytes of its
script and file. Its key is a digest of all that: a layer is never declared invalid, what changed has another
key. It expires all the same, because scripts fetch packages that change without a sign (docs/layers.md).
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.domain.template import Cache

# Stands for what Kiln itself does to a disk before it is kept; a release that changes that counts it up.
CACHE_VERSION = "1"
CACHE_TAG = "kiln-cache"  # of a template: on or off
BYPASSED = "the run was started without the cache"
# A layer that is chosen is still there when the VM's disk is made from it.
MARGIN = timedelta(hours=1)
MOST_STEPS = 26  # whose short digests a tag's 256 characters hold
FIRST_STEP = 2  # of a chain's parts: source and machine come before
SHORT = 8  # hex digits of a digest where it is only compared with a few others


class CacheUse(StrEnum):
    """What became of a customizer."""

    HIT = "hit"  # it is in the layer that the build VM began with
    MISS = "miss"  # it ran
    OFF = "off"  # it ran, and no layer was looked for


@dataclass(frozen=True)
class StepCache:
    """What became of customizer `index`, and why it ran."""

    index: int
    use: CacheUse
    reason: str = ""


@dataclass(frozen=True)
class LayerChain:
    """What a build VM's disk comes from, as SHA-256 digests: source, machine, and each customizer."""

    source: str
    machine: str
    steps: tuple[str, ...]

    def key(self, count: int) -> str:
        """Of the layer after the first `count` customizers: 64 hex digits."""
        return digest([CACHE_VERSION, self.source, self.machine, *self.steps[:count]])

    def short(self, count: int) -> str:
        """To be compared with another chain's, by `difference`."""
        return " ".join(part[:SHORT] for part in (self.source, self.machine, *self.steps[:count]))


@dataclass(frozen=True)
class Layer:
    """A snapshot that a build VM's disk can be made from.

    `id` is its full ARM id, `chain` the short form of what it holds, `created_at` and `expires_at` are UTC,
    ISO 8601. `usable` is false while it is being made, when that failed, and when its tags were spoilt.
    """

    id: str
    key: str
    chain: str
    run_id: str
    template: str
    created_at: str
    expires_at: str
    size_gib: int = 0
    usable: bool = True


@dataclass(frozen=True)
class LayerUse:
    """How a run uses layers.

    `off` says why it neither begins with one nor keeps any, empty when it may. A run that `bypasses` keeps
    layers and begins with none. `steps` are empty until it is decided what the VM begins with; `layer` is
    that. What the run keeps expires at `expires_at` (UTC, ISO 8601).
    """

    off: str = "the run has no customizers to begin with"
    bypasses: bool = False
    expires_at: str = ""
    chain: LayerChain | None = None
    steps: tuple[StepCache, ...] = ()
    layer: Layer | None = None


@dataclass(frozen=True)
class LayerLimits:
    """How long layers are kept, in days (0: none are made), and how much, in GiB of disks (0: no bound)."""

    days: int = 7
    most_gib: int = 0


@dataclass(frozen=True)
class Found:
    """The layer that a run begins with, if there is one, and what that means for each customizer."""

    layer: Layer | None
    steps: tuple[StepCache, ...] = ()


def digest(facts: object) -> str:
    """SHA-256 of JSON values, in lowercase hex."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def cacheable(marks: Sequence[Cache]) -> int:
    """How many customizers may come from a layer: those before the first that is to run always."""
    return next((index for index, mark in enumerate(marks) if mark is Cache.ALWAYS), len(marks))


def choose_layer(
    wanted: LayerChain, marks: Sequence[Cache], layers: Iterable[Layer], template: str, now: datetime
) -> Found:
    """The layer with the longest run of the wanted customizers; of several the one made last."""
    known = sorted(layers, key=lambda layer: layer.created_at, reverse=True)
    fresh = {layer.key: layer for layer in reversed(known) if layer.usable and _lives(layer, now)}
    most = cacheable(marks)
    count = next((n for n in range(most, 0, -1) if wanted.key(n) in fresh), 0)
    missed = []
    if count < len(wanted.steps):
        own = [layer for layer in known if layer.template == template]
        reason = _marked(count) if count == most else _why(wanted, count, own, now)
        missed = [StepCache(count, CacheUse.MISS, reason)]
    after = f"customize[{count}] before it runs"
    missed += [StepCache(index, CacheUse.MISS, after) for index in range(count + 1, len(wanted.steps))]
    hits = [StepCache(index, CacheUse.HIT) for index in range(count)]
    return Found(fresh[wanted.key(count)] if count else None, (*hits, *missed))


def stale_layers(layers: Iterable[Layer], limits: LayerLimits, now: datetime) -> list[tuple[Layer, str]]:
    """Layers to delete, each with the reason: what is over, what is there again, the oldest above the bound.

    One that cannot be used is left alone for a day: it may be in the making.
    """
    stale: list[tuple[Layer, str]] = []
    kept: list[Layer] = []
    seen: set[str] = set()
    for layer in sorted(layers, key=lambda layer: layer.created_at, reverse=True):
        reason = _stale(layer, seen, now)
        seen |= {layer.key} if layer.usable else set()
        if reason:
            stale.append((layer, reason))
        else:
            kept.append(layer)
    room = limits.most_gib
    for layer in kept if limits.most_gib else ():
        room -= layer.size_gib
        if room < 0:
            stale.append((layer, f"layers take more than {limits.most_gib} GiB, and newer ones have room"))
    return stale


def _stale(layer: Layer, newer: set[str], now: datetime) -> str:
    if not layer.usable:
        old = datetime.fromisoformat(layer.created_at) < now - timedelta(days=1)
        return "it was never completed" if old else ""
    if datetime.fromisoformat(layer.expires_at) <= now:
        return f"it expired at {layer.expires_at}"
    return "a newer layer holds the same" if layer.key in newer else ""


def _lives(layer: Layer, now: datetime) -> bool:
    return now + MARGIN < datetime.fromisoformat(layer.expires_at)


def _marked(index: int) -> str:
    return f"customize[{index}] is marked to run always"


def _why(wanted: LayerChain, index: int, own: Sequence[Layer], now: datetime) -> str:
    """Why customizer `index` has no layer, by the template's own layers, the newest first."""
    key = wanted.key(index + 1)
    for layer in own:
        if layer.key == key and layer.usable and not _lives(layer, now):
            return f"its layer expires at {layer.expires_at}"
    told = wanted.short(index + 1).split()
    chains = (layer.chain.split() for layer in own)
    closest = max(chains, key=lambda parts: (_shared(parts, told), len(parts)), default=[])
    shared = _shared(closest, told)
    if shared in (len(closest), len(told)) or (index and shared < FIRST_STEP):
        return "no layer of it is kept"
    if shared == 0:
        return "the source is another one"
    if shared == 1:
        return "the machine is another one: region, size, disk, network or identities"
    return "its script, its file or its settings have changed"


def _shared(first: Sequence[str], second: Sequence[str]) -> int:
    """How many parts two chains begin with in common."""
    same = [a == b for a, b in zip(first, second, strict=False)]
    return same.index(False) if False in same else len(same)
