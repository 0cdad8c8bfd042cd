"""Two templates in two groups, each with a run."""

from shared.domain.template_record import TemplateAddress

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
MINE, THEIRS = (TemplateAddress(SUBSCRIPTION, group, "web") for group in ("mine", "theirs"))
RUN_OF = {MINE: "web-20261121T120000-aaaaaa", THEIRS: "web-20261121T120000-bbbbbb"}
