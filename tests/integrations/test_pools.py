"""What the environment says about proxies and certificates holds for calls to providers."""

import ssl
from datetime import UTC, datetime

import pytest

from integrations import pools
from integrations.bounds import Limits
from integrations.http import HttpClient
from tests.integrations.stand_in import Answer

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LIMITS = Limits(connect_seconds=0.3, silence_seconds=0.3, total_seconds=0.6)


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    """Lines and certificates are read anew, and no proxy of this machine takes part."""
    monkeypatch.setattr(pools, "_kept", type(pools._kept)())
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    pools.trusting.cache_clear()
    yield
    pools.trusting.cache_clear()


def get(url):
    client = HttpClient(
        base_url=url,
        access_token="token",
        classify=lambda *_: None,
        clock=lambda: NOW,
        limits=LIMITS,
    )
    return client.get("/x", {"q": "1"})


def test_a_proxy_is_used_and_asked_with_whole_addresses(stand_in, monkeypatch):
    monkeypatch.setenv("http_proxy", stand_in.url.replace("://", "://user:secret@"))
    stand_in.routes["/root/x"] = Answer(body={"a": 1})
    assert get("http://provider.invalid/root") == {"a": 1}
    (asked,) = stand_in.asked
    assert asked.query == {"q": "1"}
    assert asked.headers["Host"] == "provider.invalid"
    assert asked.headers["proxy-authorization"].startswith("Basic ")


def test_hosts_that_the_environment_excepts_are_asked_directly(stand_in, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    stand_in.routes["/x"] = Answer(body={"a": 1})
    assert get(stand_in.url) == {"a": 1}


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, None),
        ({"https_proxy": "http://p:1"}, "http://p:1"),
        ({"all_proxy": "http://p:2"}, "http://p:2"),
        ({"http_proxy": "http://p:3"}, None),
        ({"https_proxy": "http://p:1", "no_proxy": "example.org"}, None),
    ],
)
def test_which_proxy_a_secure_origin_gets(variables, expected, monkeypatch):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert pools.proxy_of("https://api.example.org") == expected


def test_the_environment_is_read_once_per_origin(stand_in, monkeypatch):
    read = []
    monkeypatch.setattr(pools, "proxy_of", read.append)
    stand_in.routes["/x"] = Answer(body={})
    for _ in range(3):
        get(stand_in.url)
    assert read == [stand_in.url]


def test_certificates_are_always_verified():
    trusting = pools.trusting()
    assert trusting.verify_mode == ssl.CERT_REQUIRED
    assert trusting.check_hostname
    assert trusting.cert_store_stats()["x509_ca"] > 0


def test_an_operators_own_bundle_replaces_the_usual_authorities(tmp_path, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
    assert pools.trusting().cert_store_stats()["x509_ca"] == 0
    pools.trusting.cache_clear()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "missing.pem"))
    with pytest.raises(FileNotFoundError):
        pools.trusting()
