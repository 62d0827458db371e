"""What a crawl may never touch, whatever a page says: private addresses, other sites, other schemes.

The address is judged where a connection is opened: the resolver hands the connection only addresses that the policy permits, so there is no moment
between the check and the connect in which a name could point elsewhere, and redirects, sitemaps, robots.txt and pictures pass the same door.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import tldextract
from scrapy.resolver import CachingHostnameResolver
from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import implementer

from lakehouse.errors import LakehouseError

SCHEMES = ("http", "https")
PORTS = {"http": 80, "https": 443}
NAT64 = ipaddress.ip_network("64:ff9b::/96")
UNICAST = ipaddress.ip_network("2000::/3")          # all of IPv6 that is given out; what lies beside it is local, or leads into IPv4 by another door
# Not the public's either, although Python's ipaddress calls them global.
RESERVED = tuple(map(ipaddress.ip_network, (
    "192.0.0.0/24",         # protocol assignments
    "192.88.99.0/24",       # relays to 6to4
    "168.63.129.16/32",     # a large cloud's own services, as its guests see them
    "3fff::/20",            # documentation
)))
# The list of public suffixes that ships with the package: nothing is fetched to answer a question about safety. Its private part is read too:
# what lies under myshopify.com or github.io belongs to as many strangers as what lies under com.
_suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@dataclass(frozen=True)
class AddressPolicy:
    """Which addresses may be connected to: public ones, and those that the operator named."""

    allowed: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()

    @classmethod
    def of(cls, texts: Iterable[str]) -> AddressPolicy:
        """The policy that also admits the given addresses and networks.

        Raises:
            LakehouseError: one of them is neither.
        """
        networks = []
        for text in texts:
            try:
                networks.append(ipaddress.ip_network("127.0.0.0/8" if text == "localhost" else text, strict=False))
            except ValueError:
                raise LakehouseError(f"{text!r} is not an address or a network; write it like 127.0.0.1 or 10.0.0.0/8.") from None
        return cls(tuple(networks))

    def names(self, address: str) -> bool:
        """Whether the operator allowed this address explicitly."""
        try:
            found = _unwrapped(ipaddress.ip_address(address))
        except ValueError:
            return False
        return any(found.version == network.version and found in network for network in self.allowed)

    def permits(self, address: str) -> bool:
        """Whether a connection to it may be opened.

        >>> policy = AddressPolicy()
        >>> [policy.permits(one) for one in ("93.184.215.14", "127.0.0.1", "169.254.169.254", "::ffff:10.0.0.1", "100.64.0.1")]
        [True, False, False, False, False]
        >>> AddressPolicy.of(["127.0.0.1"]).permits("127.0.0.1")
        True
        """
        try:
            found = _unwrapped(ipaddress.ip_address(address.split("%")[0]))
        except ValueError:
            return False
        return self.names(str(found)) or (found.is_global and not found.is_multicast and (found.version == 4 or found in UNICAST)
                                          and not any(found in network for network in RESERVED))


def _unwrapped(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address inside an IPv6 one that only carries it (mapped, 6to4, Teredo, NAT64)."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if inner:
            return inner
    return address


@implementer(IResolutionReceiver)
class _Filter:
    """Passes on the addresses that the policy permits."""

    def __init__(self, receiver: Any, policy: AddressPolicy, refused: list[str]) -> None:
        self.receiver, self.policy, self.refused = receiver, policy, refused

    def resolutionBegan(self, resolution: Any) -> None:
        self.receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:
        if self.policy.permits(address.host):
            self.receiver.addressResolved(address)
        else:
            self.refused.append(address.host)

    def resolutionComplete(self) -> None:
        self.receiver.resolutionComplete()


@implementer(IHostnameResolver)
class GuardedResolver(CachingHostnameResolver):
    """Scrapy's caching resolver (`TWISTED_DNS_RESOLVER`), giving connections no address that the policy forbids.

    Attributes:
        refused: host -> the addresses that it was refused for; read by the guard to name the failure.
    """

    def __init__(self, reactor: Any, cache_size: int, policy: AddressPolicy) -> None:
        super().__init__(reactor, cache_size)
        self.policy = policy
        self.refused: dict[str, list[str]] = {}

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> GuardedResolver:
        size = crawler.settings.getint("DNSCACHE_SIZE") if crawler.settings.getbool("DNSCACHE_ENABLED") else 0
        return cls(reactor, size, AddressPolicy.of(crawler.settings.getlist("ALLOWED_ADDRESSES")))

    def resolveHostName(self, resolutionReceiver: Any, hostName: str, *args: Any, **kwargs: Any) -> Any:
        refused: list[str] = self.refused.setdefault(hostName, []) if len(self.refused) < 1000 else []
        del refused[:]
        return super().resolveHostName(_Filter(resolutionReceiver, self.policy, refused), hostName, *args, **kwargs)


@lru_cache(maxsize=4096)
def registrable_domain(host: str) -> str:
    """The part of a host that someone registered; an address or a bare name is its own.

    >>> registrable_domain("img10.shop.com.cn"), registrable_domain("www.lamps.myshopify.com"), registrable_domain("localhost")
    ('shop.com.cn', 'lamps.myshopify.com', 'localhost')
    """
    return _suffixes(host).top_domain_under_public_suffix or host


def is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class Territory:
    """What belongs to a shop: its own site, and the hosts that its pictures come from.

    A named site is its registrable domain on the usual ports and the start page's. Behind an address or a bare name many services may listen,
    so there the port must be the start page's own.
    """

    start: str
    picture_hosts: tuple[str, ...] = ()
    _site: tuple[str, int, bool] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.start)
        host = _host(parts)
        object.__setattr__(self, "picture_hosts", tuple(map(_place, self.picture_hosts)))
        object.__setattr__(self, "_site", (registrable_domain(host), _port(parts), is_address(host) or "." not in host))

    def trespass(self, url: str, *, picture: bool = False) -> str | None:
        """Why the URL must not be read, by name; None where it may be.

        >>> shop = Territory("https://www.shop.com/", ("cdn.net",))
        >>> shop.trespass("https://m.shop.com/p/1"), shop.trespass("https://shop.com:8080/")
        (None, 'foreign_port')
        >>> shop.trespass("file:///etc/passwd"), shop.trespass("https://cdn.net/a.jpg"), shop.trespass("https://img.cdn.net/a.jpg", picture=True)
        ('scheme', 'foreign_site', None)
        """
        try:
            parts = urlsplit(url)
            port = _port(parts)
        except ValueError:
            return "malformed_url"
        if parts.scheme.lower() not in SCHEMES or not parts.hostname:
            return "scheme"
        host = _host(parts)
        domain, own_port, exact = self._site
        if registrable_domain(host) == domain:
            return None if port == own_port or (not exact and port in PORTS.values()) else "foreign_port"
        if picture and any(host == one or host.endswith("." + one) or f"{host}:{port}" == one for one in self.picture_hosts):
            return None
        return "foreign_picture_host" if picture else "foreign_site"


def _host(parts: Any) -> str:
    """The host in the one spelling that names are compared in: lower case, and as the network writes it.

    >>> _host(urlsplit("https://WWW.中文.com./"))
    'www.xn--fiq228c.com'
    """
    host = (parts.hostname or "").lower().rstrip(".")
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _place(text: str) -> str:
    """A picture host as the operator wrote it, with its port where he gave one."""
    try:
        parts = urlsplit(text if "//" in text else f"//{text}")
        return _host(parts) + (f":{parts.port}" if parts.port else "")
    except ValueError:
        raise LakehouseError(f"--picture-host {text!r} is no host; write it like cdn.shop.example.") from None


def _port(parts: Any) -> int:
    return parts.port or PORTS.get(parts.scheme.lower(), 0)
