"""What the routes of runs take in their query and headers."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.api.query import Query
from shared.domain.run import RunState
from shared.domain.run_filter import RunFilter
from shared.reading.arm_id import IMAGE_TEMPLATE, match_arm_id
from shared.reading.names import template_name

MOST_RUNS, LONGEST_WAIT_SECONDS = 1000, 60
_STATES = {state.value: state for state in RunState}


@dataclass(frozen=True)
class ListQuery:
    """`after` is the key of the last run of the page before, as the caller's token tells it."""

    wanted: RunFilter
    limit: int
    after: str


@dataclass(frozen=True)
class FollowQuery:
    """`known` are the ETags of what the caller has seen, without their quotes."""

    wait_seconds: int
    known: frozenset[str]


def read_list_query(values: Mapping[str, str]) -> ListQuery:
    """Raises Refusal 400 with every fault."""
    query = Query(values)
    wanted = RunFilter(
        states=_states(query),
        template=_template(query),
        since=query.moment("since"),
        until=query.moment("until"),
    )
    limit = query.whole("limit", least=1, most=MOST_RUNS, default=50)
    after = query.token("continuationToken")
    query.check()
    return ListQuery(wanted, limit, after)


def read_follow_query(values: Mapping[str, str], if_none_match: str) -> FollowQuery:
    """Raises Refusal 400 with every fault. ETags are compared weakly (RFC 9110, 13.1.2)."""
    query = Query(values)
    seconds = query.whole("waitSeconds", least=0, most=LONGEST_WAIT_SECONDS, default=0)
    query.check()
    given = [*if_none_match.split(","), query.text("after")]
    tags = {tag.strip().removeprefix("W/").strip('"') for tag in given}
    return FollowQuery(seconds, frozenset(tags - {""}))


def _states(query: Query) -> tuple[RunState, ...]:
    text = query.text("state")
    words = [word.strip() for word in text.split(",")] if text else []
    unknown = [word for word in words if word not in _STATES]
    if unknown:
        query.problem("state", f"must be one of {', '.join(_STATES)}, or several with commas")
    return tuple(dict.fromkeys(_STATES[word] for word in words if word in _STATES))


def _template(query: Query) -> str:
    text = query.text("template")
    if text and template_name(text) and match_arm_id(text, IMAGE_TEMPLATE) is None:
        query.problem("template", "must be a template's name or its full ARM id")
    return text
