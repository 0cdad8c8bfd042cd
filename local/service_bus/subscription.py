"""A subscription: a queue that its rules fill."""

from collections.abc import Iterator

from local.service_bus.content import Content
from local.service_bus.filters.message_view import MessageView
from local.service_bus.filters.rules import Rule
from local.service_bus.filters.sql_action import apply
from local.service_bus.message_queue import MessageQueue


class Subscription:
    """Rules by name, in lower case."""

    def __init__(self, name: str, queue: MessageQueue) -> None:
        self.name = name
        self.queue = queue
        self.rules: dict[str, Rule] = {}

    def copies(self, content: Content) -> Iterator[Content]:
        """One for all the rules without an action that match, and one for each with an action."""
        view = MessageView(content)
        matching = [rule for rule in self.rules.values() if rule.filter.matches(view)]
        if any(not rule.changes for rule in matching):
            yield content
        for rule in matching:
            if rule.changes:
                yield apply(rule.changes, content)
