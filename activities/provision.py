"""Provision: a run's VMs and their network, one PUT each under names derived from the run id."""

from shared.azure import network, sizes, vm
from shared.domain.build import RunCall, VmCall
from shared.domain.operations import OperationRef
from shared.domain.region_quota import Share
from shared.services import Services


def region_share(services: Services, call: RunCall) -> Share:
    """What the run wants of its region. Cores are asked for only where they are bounded: it costs a call."""
    plan = services.documents.get_plan(call.run_id)
    key = f"{plan.subscription_id}-{plan.location}".lower()
    bounded = services.settings.limits.cores
    return Share(key, sizes.cores(services.arm.compute, plan.location, plan.vm_size) if bounded else 0)


def create_network_security_group(services: Services, call: RunCall) -> OperationRef:
    plan = services.documents.get_plan(call.run_id)
    return network.put_network_security_group(services.arm.network, plan)


def create_public_ip(services: Services, call: RunCall) -> OperationRef:
    plan = services.documents.get_plan(call.run_id)
    return network.put_public_ip(services.arm.network, plan)


def create_nat_gateway(services: Services, call: RunCall) -> OperationRef:
    plan = services.documents.get_plan(call.run_id)
    return network.put_nat_gateway(services.arm.network, plan)


def create_virtual_network(services: Services, call: RunCall) -> OperationRef:
    plan = services.documents.get_plan(call.run_id)
    return network.put_virtual_network(services.arm.network, plan)


def create_network_interface(services: Services, call: VmCall) -> OperationRef:
    plan = services.documents.get_plan(call.run_id)
    return network.put_network_interface(services.arm.network, plan, plan.vm(call.role))


def create_vm(services: Services, call: VmCall) -> OperationRef:
    plan = services.documents.get_plan(call.run_id)
    return vm.put_vm(services.arm.compute, plan, plan.vm(call.role))
