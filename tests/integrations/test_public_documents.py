"""Public files: fetched over HTTPS once, served stale, asked for again once a minute at most."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache

from integrations import public_documents
from integrations.errors import BadPayload, Rejected, Transient
from integrations.public_calls import download, post_form
from integrations.public_documents import documents_of
from tests.integrations.stand_in import Answer

URL = "https://keys.example/keyset.json"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Source:
    """What lies at the address; an exception is raised instead."""

    def __init__(self):
        self.content, self.asked = b"first", 0

    def __call__(self, url, *, now):
        self.asked += 1
        if isinstance(self.content, Exception):
            raise self.content
        return self.content


@pytest.fixture
def source(monkeypatch):
    found = Source()
    cache.clear()
    public_documents.forget_copies()
    monkeypatch.setattr(public_documents, "download", found)
    return found


def read(at=NOW, **options):
    return documents_of(at).read(URL, **options)


def pass_a_minute():
    """The cache's own clock is not ours to move."""
    cache.delete(f"{public_documents._key(URL)}:asked")


def test_a_file_is_fetched_once(source):
    assert [read(), read(NOW + timedelta(hours=5))] == [b"first", b"first"]
    assert source.asked == 1


def test_other_processes_find_the_copy(source):
    read()
    public_documents.forget_copies()
    assert read() == b"first"
    assert source.asked == 1


def test_an_old_copy_is_renewed_and_served_stale_when_that_fails(source):
    read()
    pass_a_minute()
    source.content = Transient("down")
    assert read(NOW + timedelta(hours=7)) == b"first"
    pass_a_minute()
    source.content = b"second"
    assert read(NOW + timedelta(hours=8)) == b"second"


def test_a_refetch_is_made_once_a_minute(source):
    read()
    source.content = b"second"
    assert read(NOW, refetch=True) == b"first"
    pass_a_minute()
    assert read(NOW + MINUTE, refetch=True) == b"second"
    for _ in range(5):
        read(NOW + MINUTE, refetch=True)
    assert source.asked == 2


def test_a_refetch_is_made_once_a_minute_also_without_the_cache(source, monkeypatch):
    monkeypatch.setattr(public_documents.cache, "add", lambda *args, **kwargs: True)
    read()
    for _ in range(5):
        read(NOW, refetch=True)
    assert source.asked == 1


def test_without_a_copy_the_failure_is_told(source):
    source.content = Transient("down")
    with pytest.raises(Transient):
        read()
    with pytest.raises(Transient):
        read()
    assert source.asked == 1


def test_only_so_many_copies_are_held(source):
    for number in range(public_documents.MOST_COPIES + 5):
        documents_of(NOW).read(f"{URL}?{number}")
    assert len(public_documents._copies) == public_documents.MOST_COPIES


@pytest.mark.parametrize(
    "url",
    [
        "http://keys.example/keyset.json",
        "https://user:password@keys.example/",
        "https:///keyset.json",
        "file:///etc/passwd",
        "ftp://keys.example/",
        "https://keys.example/#part",
        "//keys.example/",
        "https://[broken/",
        "",
    ],
)
def test_only_plain_https_addresses_are_asked(url, monkeypatch):
    monkeypatch.delenv("OAUTHLIB_INSECURE_TRANSPORT", raising=False)
    with pytest.raises(Rejected):
        download(url, now=NOW)
    with pytest.raises(Rejected):
        post_form(url, {}, now=NOW)


@pytest.fixture
def plain_http(monkeypatch):
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


def test_a_file_is_read_without_any_credentials(stand_in, plain_http):
    stand_in.routes["/keyset.json"] = Answer(200, b"keys")
    assert download(f"{stand_in.url}/keyset.json", now=NOW) == b"keys"
    [call] = stand_in.asked
    assert "authorization" not in {name.lower() for name in call.headers}


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (Answer(302, b"", {"Location": "https://elsewhere.example/"}), BadPayload),
        (Answer(404, b""), Rejected),
        (Answer(503, b""), Transient),
        (Answer(200, b"x" * (257 * 1024)), BadPayload),
    ],
)
def test_redirects_failures_and_giants_are_refused(stand_in, plain_http, answer, failure):
    stand_in.routes["/keyset.json"] = answer
    with pytest.raises(failure):
        download(f"{stand_in.url}/keyset.json", now=NOW)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"3"])
def test_a_form_wants_a_json_object_back(stand_in, plain_http, body):
    stand_in.routes["/token"] = Answer(200, body)
    with pytest.raises(BadPayload):
        post_form(f"{stand_in.url}/token", {"a": "b"}, now=NOW)
