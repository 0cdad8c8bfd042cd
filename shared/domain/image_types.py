"""Which kind of image fits a need: type, storage option, sharing and regions, as one table of decisions.

Sources: learn.microsoft.com, "Azure Compute Gallery", "Share images", "Create a legacy managed image" and
"Generalized and specialized images". Where two of them disagree, the table takes the safer figure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import ceil

# One page says a replica per 50 machines made at once, another one per 20.
VMS_PER_REPLICA = 20
MAX_REPLICAS = 100


class Audience(StrEnum):
    """Who makes machines from the image."""

    SUBSCRIPTION = "subscription"
    TENANT = "tenant"
    TENANTS = "tenants"
    PUBLIC = "public"


@dataclass(frozen=True)
class Needs:
    """What the image is for. `vms_at_once` is the most machines made at the same time in one region."""

    same_machine: bool = False
    outside_azure: bool = False
    versions: bool = True
    arm64: bool = False
    trusted_launch: bool = True
    regions: int = 1
    vms_at_once: int = 1
    zones: bool = False
    throwaway: bool = False
    audience: Audience = Audience.SUBSCRIPTION


class Decision(StrEnum):
    TYPE = "type"
    STORAGE = "storage"
    SHARING = "sharing"
    REGIONS = "regions"
    REPLICATION = "replication"
    STORAGE_ACCOUNT = "storageAccountType"


Value = bool | int | tuple[Audience, ...]


@dataclass(frozen=True)
class Row:
    """`answer` is right for needs that have all of these values: at least a number, any of several words."""

    decision: Decision
    answer: str
    reason: str
    when: Mapping[str, Value] = field(default_factory=dict)

    def fits(self, needs: Needs) -> bool:
        return all(_holds(getattr(needs, name), value) for name, value in self.when.items())


# Of the rows of one decision the first that fits counts; the last fits always.
TABLE: tuple[Row, ...] = (
    Row(
        Decision.TYPE,
        "Specialized",
        "the machine is wanted as it is, its accounts, keys and name; what must be unique is yours to change",
        {"same_machine": True},
    ),
    Row(
        Decision.TYPE,
        "Generalized",
        "each machine gets its own name, accounts and keys; the kind that AIB builds and every option takes",
    ),
    Row(
        Decision.STORAGE,
        "VHD",
        "a disk file is the one form that leaves Azure",
        {"outside_azure": True},
    ),
    Row(
        Decision.STORAGE,
        "SharedImage",
        "managed images are generalized; a gallery takes specialized ones too",
        {"same_machine": True},
    ),
    Row(
        Decision.STORAGE,
        "SharedImage",
        "managed images cannot hold Arm64",
        {"arm64": True},
    ),
    Row(
        Decision.STORAGE,
        "SharedImage",
        "managed images know no Trusted Launch",
        {"trusted_launch": True},
    ),
    Row(
        Decision.STORAGE,
        "SharedImage",
        "a managed image is in one region; a gallery replicates",
        {"regions": 2},
    ),
    Row(
        Decision.STORAGE,
        "SharedImage",
        "a managed image serves 20 machines at once; a gallery has replicas",
        {"vms_at_once": VMS_PER_REPLICA + 1},
    ),
    Row(
        Decision.STORAGE,
        "SharedImage",
        "only a gallery has versions, a latest one, and an end of life",
        {"versions": True},
    ),
    Row(
        Decision.STORAGE,
        "SharedImage",
        "a managed image stays in its subscription",
        {"audience": (Audience.TENANT, Audience.TENANTS, Audience.PUBLIC)},
    ),
    Row(
        Decision.STORAGE,
        "ManagedImage",
        "one image, one region, few machines: the simplest that Azure has, though it recommends galleries",
    ),
    Row(
        Decision.SHARING,
        "none",
        "whoever may read the blob has the disk: give out short-lived addresses only",
        {"outside_azure": True},
    ),
    Row(
        Decision.SHARING,
        "Community",
        "everybody may use it; you are named as its publisher",
        {"audience": (Audience.PUBLIC,)},
    ),
    Row(
        Decision.SHARING,
        "Groups",
        "a direct-shared gallery (preview) names 30 subscriptions and 5 tenants at most; it is made as one",
        {"audience": (Audience.TENANTS,)},
    ),
    Row(
        Decision.SHARING,
        "Private",
        "Reader on the gallery for the others of your tenant; roles say who, down to one image",
        {"audience": (Audience.TENANT,)},
    ),
    Row(Decision.SHARING, "Private", "roles of your own subscription are enough"),
    Row(
        Decision.REGIONS,
        "the account's region",
        "a blob is where its storage account is; upload it where a disk is to be made of it",
        {"outside_azure": True},
    ),
    Row(
        Decision.REGIONS,
        "a target region each",
        "a machine is made only where the image is; for disaster recovery have a second gallery, elsewhere",
        {"regions": 2},
    ),
    Row(Decision.REGIONS, "the one region", "the image, its source and the machines are in one place"),
    Row(
        Decision.REPLICATION,
        "Shallow",
        "for a test: published soon, and stored once; never for production",
        {"throwaway": True},
    ),
    Row(Decision.REPLICATION, "Full", "copies of its own, which outlive what they were made of"),
    Row(
        Decision.STORAGE_ACCOUNT,
        "Standard_ZRS",
        "the image can be used while a zone is down, where the region has zones",
        {"zones": True},
    ),
    Row(Decision.STORAGE_ACCOUNT, "Standard_LRS", "the cheapest; the image can be built again"),
)

# What is decided for a gallery alone.
_OF_GALLERIES = (Decision.REPLICATION, Decision.STORAGE_ACCOUNT)


@dataclass(frozen=True)
class Advice:
    """The rows that decided. `replicas` per region go with a gallery only: 0 for other storage."""

    rows: tuple[Row, ...]
    replicas: int

    def answer(self, decision: Decision) -> str | None:
        """None where the decision does not arise."""
        return next((row.answer for row in self.rows if row.decision is decision), None)


def advise(needs: Needs) -> Advice:
    """The first fitting row of every decision that arises."""
    rows = {decision: _first(decision, needs) for decision in Decision}
    in_gallery = rows[Decision.STORAGE].answer == "SharedImage"
    chosen = tuple(row for decision, row in rows.items() if in_gallery or decision not in _OF_GALLERIES)
    if not in_gallery:
        return Advice(chosen, replicas=0)
    shallow = rows[Decision.REPLICATION].answer == "Shallow"
    wanted = ceil(needs.vms_at_once / VMS_PER_REPLICA)
    return Advice(chosen, replicas=1 if shallow else max(1, min(wanted, MAX_REPLICAS)))


def _first(decision: Decision, needs: Needs) -> Row:
    return next(row for row in TABLE if row.decision is decision and row.fits(needs))


def _holds(needed: object, value: Value) -> bool:
    if isinstance(value, tuple):
        return needed in value
    if isinstance(needed, int) and not isinstance(needed, bool):
        return needed >= value
    return needed == value
