"""Killing parts of a running Kiln."""

import os
import signal

import psutil

from cli.local import processes
from tests.e2e.stack import Stack


def kill_host(stack: Stack) -> None:
    """SIGKILL for the Functions host and its workers, which are then started again."""
    running = processes.find(stack.home, "functions")
    assert running is not None
    host = psutil.Process(running.pid)
    victims = [host, *host.children(recursive=True)]
    for victim in victims:
        os.kill(victim.pid, signal.SIGKILL)
    psutil.wait_procs(victims, timeout=10)
    stack.start_again()
