"""What is put by in /tmp outlives the boot of another run's VM, in a real disk."""

from shared.customizers.linux_script import linux_script, with_layers
from tests.unit.customizers.guest import TinyGuest

FIRST, SECOND = "web-20261121T120000-aaaaaa", "web-20261121T130000-bbbbbb"
BOOT = "rm -rf /tmp/*\n"
LOOK = "cat /tmp/handed-on || echo nothing\n[ -e /var/lib/kiln-layer ] || echo cleared\n"


def customizer(*lines: str) -> str:
    return linux_script([], *(f"{line}\n" for line in lines))


def test_a_run_that_begins_with_the_layer_finds_what_was_in_tmp(tiny: TinyGuest) -> None:
    made = with_layers(customizer("echo handed on >/tmp/handed-on"), FIRST, kept=True)
    assert tiny.run(made).returncode == 0
    tiny.run(BOOT)
    assert tiny.run(with_layers(LOOK, SECOND)).stdout == "handed on\ncleared\n"


def test_a_restart_within_the_run_empties_tmp_as_ever(tiny: TinyGuest) -> None:
    assert tiny.run(with_layers(customizer("echo x >/tmp/handed-on"), FIRST, kept=True)).returncode == 0
    tiny.run(BOOT)
    assert tiny.run(with_layers(LOOK, FIRST)).stdout.endswith("nothing\ncleared\n")


def test_a_script_that_fails_puts_nothing_by_and_keeps_its_code(tiny: TinyGuest) -> None:
    ended = tiny.run(with_layers(customizer("exit 7"), FIRST, kept=True))
    assert ended.returncode == 7
    assert "cleared" in tiny.run(LOOK).stdout


def test_owners_modes_and_links_are_put_by_too(tiny: TinyGuest) -> None:
    made = customizer(
        "mkdir /tmp/work && touch /tmp/work/file && chmod 0640 /tmp/work/file",
        "chown 1234:56 /tmp/work/file",
        "ln -s work/file /tmp/link",
    )
    look = "stat -c '%a %u %g' /tmp/work/file; readlink /tmp/link\n"
    tiny.run(with_layers(made, FIRST, kept=True))
    tiny.run(BOOT)
    assert tiny.run(with_layers(look, SECOND)).stdout == "640 1234 56\nwork/file\n"
