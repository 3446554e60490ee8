"""From where a request comes: what a proxy says is believed only of a proxy that we named."""

from __future__ import annotations

from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

# A home or a company has a network of 64 bits (RFC 6177), and as many addresses in it as it likes.
_PREFIX = 64


def client_address(request: HttpRequest) -> str:
    """The visitor's address, of IPv6 the network; the peer's own unless it is one of our proxies.

    `X-Forwarded-For` is read from the right: each named proxy is asked who came to it, and the first address that is
    none of ours counts. What a visitor wrote there stands further left and is never reached.
    """
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    peer = request.META.get("REMOTE_ADDR", "")
    while hops and _is_proxy(peer):
        hop = hops.pop()
        if not _known(hop):
            break
        peer = hop
    return _network(peer)


def _known(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


@cache
def _networks(proxies: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(each) for each in proxies)


def _is_proxy(text: str) -> bool:
    return _known(text) and any(ip_address(text) in each for each in _networks(tuple(settings.PROXIES)))


def _network(text: str) -> str:
    if not _known(text):
        return text or "unknown"
    address = ip_address(text)
    if address.version == 6 and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((address, _PREFIX), strict=False).network_address) if address.version == 6 else text
