"""Which IP addresses feeds and redirects can reach."""

from ipaddress import ip_network

import pytest

from ingest.fetch.addresses import is_allowed, is_public

PUBLIC = """
1.1.1.1  8.8.8.8  11.0.0.1  100.63.255.255  100.128.0.1  126.255.255.255  128.0.0.1  169.253.0.1
172.15.255.255  172.32.0.1  192.0.1.1  192.167.1.1  192.169.1.1  198.17.0.1  198.20.0.1
203.0.112.1  223.5.5.5  223.255.255.255
2400:3200::1  2606:4700::1111  2a00::1  2001:4860:4860::8888  2408:8000::1  240e::1
::ffff:8.8.8.8  64:ff9b::8.8.8.8  64:ff9b:1::8.8.8.8  2002:0808:0808::1
2001:0000:4136:e378:8000:63bf:f7f7:f7f7
"""

NOT_PUBLIC = """
0.0.0.0  0.1.2.3  10.0.0.1  10.255.255.255  100.64.0.1  100.100.100.200  100.127.255.255  127.0.0.1
127.255.255.254  169.254.169.254  172.16.0.1  172.31.255.255  192.0.0.1  192.0.2.1  192.88.99.1
192.168.0.1  192.168.255.255  198.18.0.1  198.19.255.255  198.51.100.1  203.0.113.1  224.0.0.1
239.255.255.255  240.0.0.1  255.255.255.255
::  ::1  ::127.0.0.1  ::8.8.8.8  fe80::1  fe80::1%eth0  febf::1  fc00::1  fd00:ec2::254  fec0::1
ff02::1  ff0e::1  100::1  2001:db8::1  2001:2::1  2001:10::1  2001:1ff::1  3fff::1  5f00::1  4000::1
::ffff:127.0.0.1  ::ffff:10.0.0.1  ::ffff:169.254.169.254  ::ffff:0:127.0.0.1
64:ff9b::127.0.0.1  64:ff9b::10.0.0.1  64:ff9b::a9fe:a9fe  64:ff9b:1::10.0.0.1
64:ff9b:1:a00:0:100::  64:ff9b:1:808:8:800::
2002:7f00:0001::1  2002:0a00:0001::1  2002:c0a8:0101::1
2001:0000:7f00:0001:8000:63bf:f7f7:f7f7  2001:0000:4136:e378:8000:63bf:80ff:fffe
"""


@pytest.mark.parametrize("address", PUBLIC.split())
def test_addresses_of_the_internet_are_public(address):
    assert is_public(address)
    assert is_allowed(address, ())


@pytest.mark.parametrize("address", NOT_PUBLIC.split())
def test_special_addresses_and_addresses_that_embed_them_are_not_public(address):
    assert not is_public(address)
    assert not is_allowed(address, ())


@pytest.mark.parametrize(
    ("address", "network", "allowed"),
    [
        ("192.168.1.10", "192.168.1.10/32", True),
        ("192.168.1.11", "192.168.1.10/32", False),
        ("::ffff:192.168.1.10", "192.168.1.0/24", True),
        ("fd00::5", "fd00::/8", True),
        ("fd00::5", "10.0.0.0/8", False),
        ("10.1.2.3", "fd00::/8", False),
        ("fe80::1%eth0", "fe80::/10", True),
        ("8.8.8.8", "10.0.0.0/8", True),
    ],
)
def test_the_operator_can_allow_a_network(address, network, allowed):
    assert is_allowed(address, (ip_network(network),)) is allowed
