"""What is wrong with an input: every problem at once, each with its place."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One fault in an input.

    `path` is the place as ARM writes it (`properties.customize[2].scriptUri`), `code` one of AIB's
    provisioning error codes where AIB has one (`BadSourceType`, `NoCustomizerScript`, …), else
    `ValidationFailed`.
    """

    path: str
    message: str
    code: str = "ValidationFailed"

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class InvalidTemplateError(Exception):
    """A template that cannot be built; carries all its problems in the order of the document."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems
