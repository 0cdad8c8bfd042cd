"""Threads that make the first instances of SDK models at the same time do not trip over each other."""

import subprocess
import sys

# In a process of its own, because only the first instance of a class is in danger.
PROGRAM = """
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from azure.mgmt.network import models

if "guarded" in sys.argv:
    from shared.azure.sdk_models import guard_models
    guard_models()
sys.setswitchinterval(1e-6)
classes = [c for c in vars(models).values() if isinstance(c, type) and hasattr(c, "_calculated")][:300]
barrier = Barrier(8)

def make(_):
    try:
        for model in classes:
            barrier.wait()
            model.__new__(model)
    except RuntimeError:
        barrier.abort()
        raise

with ThreadPoolExecutor(8) as pool:
    list(pool.map(make, range(8)))
"""


def test_first_instances_in_many_threads() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "guarded"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
