"""Starts a script in the build VM at most once, however often the activity is called."""

from shared.azure import run_command
from shared.catalog.claims import Claim
from shared.domain.operations import OperationRef
from shared.domain.plan import BuildPlan
from shared.services import Services


def start_once(services: Services, plan: BuildPlan, name: str, script: run_command.Script) -> OperationRef:
    """Starts `name` unless an earlier call did: a second PUT of a Run Command runs its script again.

    The claim spares a question to ARM in the usual case, in which this is the first call.
    """
    claim = services.claims.claim(plan.run_id, name, plan.run_id)
    if claim is Claim.OWN and run_command.exists(services.arm.compute, plan, name):
        return run_command.reference(plan, name)
    return run_command.start_script(services.arm.compute, services.blobs, plan, name, script)
