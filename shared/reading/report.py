"""What reading one document has found so far."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shared.domain.problems import InvalidTemplateError, Problem
from shared.reading.codes import Code
from shared.reading.document_order import in_document_order

if TYPE_CHECKING:
    from shared.reading.object_reader import ObjectReader

# From this api-version on AIB refuses unknown fields and compares names with their case
# (image-builder-api-update-release-notes).
STRICT_SINCE = "2024-02-01"
# Under it a template may say what AIB's cannot; it is newer than any of AIB's, and text compares so too.
KILN_API_VERSION = "2025-10-01-kiln"


@dataclass
class Report:
    """Collects problems, and the readers that must still say which of their fields nobody asked for."""

    api_version: str
    problems: list[Problem] = field(default_factory=list)
    readers: list["ObjectReader"] = field(default_factory=list)

    @property
    def strict(self) -> bool:
        """Whether unknown and wrongly cased fields are problems; api-versions are dates, so text compares."""
        return self.api_version >= STRICT_SINCE

    @property
    def kilns_own(self) -> bool:
        """Whether Kiln's own additions are read; under AIB's api-versions they are unknown."""
        return self.api_version == KILN_API_VERSION

    def add(self, path: str, message: str, code: Code = "ValidationFailed") -> None:
        problem = Problem(path, message, code)
        if problem not in self.problems:  # a member that two rules look at has its fault once
            self.problems.append(problem)

    def raise_problems(self, document: object) -> None:
        """Ends the reading. Raises InvalidTemplateError if there was any problem, in document order."""
        for reader in self.readers:
            reader.report_unknown_fields()
        if self.problems:
            raise InvalidTemplateError(in_document_order(document, self.problems))
