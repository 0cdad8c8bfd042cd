"""Starts a script in a VM at most once, however often the activity is called."""

from shared.azure import run_command
from shared.catalog.claims import Claim
from shared.domain.operations import OperationRef
from shared.domain.plan import BuildPlan
from shared.services import Services


def start_once(services: Services, plan: BuildPlan, script: run_command.Script) -> OperationRef:
    """Starts the script unless an earlier call did: a second PUT of a Run Command runs its script again.

    The claim spares a question to ARM in the usual case, in which this is the first call.
    """
    claim = services.claims.claim(plan.run_id, script.name, plan.run_id)
    if claim is Claim.OWN and run_command.exists(services.arm.compute, plan, script):
        return run_command.reference(plan, script)
    return run_command.start_script(services.arm.compute, services.blobs, plan, script)
