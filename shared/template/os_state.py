"""osState, Kiln's own: whether an image is generalized, as all of AIB's are, or specialized."""

from shared.domain.template import OsState
from shared.reading.json_value import JsonObject
from shared.reading.object_reader import ObjectReader


def read_os_state(fields: ObjectReader) -> OsState:
    if not fields.reads_own("osState"):
        return OsState.GENERALIZED
    states = tuple(state.value for state in OsState)
    return OsState(fields.choice("osState", states, default=OsState.GENERALIZED))


def os_state_to_json(state: OsState) -> JsonObject:
    return {} if state is OsState.GENERALIZED else {"osState": state.value}
