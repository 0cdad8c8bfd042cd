"""CIDR functions ("ARM template functions: CIDR")."""

import ipaddress
from typing import TypeAlias

from arm_templates.faults import ExpressionError
from arm_templates.functions.function import Arguments, function
from arm_templates.values import Json

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


def _network(arguments: Arguments) -> Network:
    try:
        return ipaddress.ip_network(arguments.text(0), strict=False)
    except ValueError as error:
        raise ExpressionError(f"argument 1: {error}") from error


@function("parseCidr", 1, 1)
def parse_cidr(arguments: Arguments) -> Json:
    network = _network(arguments)
    described: dict[str, Json] = {
        "network": str(network.network_address),
        "netmask": str(network.netmask),
        "broadcast": str(network.broadcast_address),
        "firstUsable": str(network.network_address + 1),
        "lastUsable": str(network.broadcast_address - 1),
        "cidr": network.prefixlen,
    }
    return described


@function("cidrSubnet", 3, 3)
def cidr_subnet(arguments: Arguments) -> Json:
    """Subnet number argument 3 (from 0) of prefix length argument 2."""
    network, prefix, index = _network(arguments), arguments.integer(1), arguments.integer(2)
    if not network.prefixlen <= prefix <= network.max_prefixlen:
        message = f"argument 2 must be from {network.prefixlen} to {network.max_prefixlen}, is {prefix}"
        raise ExpressionError(message)
    if not 0 <= index < 2 ** (prefix - network.prefixlen):
        raise ExpressionError(f"argument 3: there is no subnet {index}")
    size = 2 ** (network.max_prefixlen - prefix)
    return f"{network.network_address + index * size}/{prefix}"


@function("cidrHost", 2, 2)
def cidr_host(arguments: Arguments) -> Json:
    """The usable address number argument 2 (from 0)."""
    network, index = _network(arguments), arguments.integer(1)
    if not 0 <= index < network.num_addresses - 2:
        raise ExpressionError(f"argument 2: there is no host {index}")
    return str(network.network_address + 1 + index)
