"""The door: every fault of a provider becomes one of six words, in bounded time, without a leak."""

import logging
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from integrations.errors import (
    BadPayload,
    HostVanished,
    NeedsReconnect,
    ProviderGone,
    RateLimited,
    Rejected,
    StrangePage,
    Transient,
    Unauthorized,
)
from integrations.http import HttpClient, Limits
from tests.integrations.stand_in import Answer

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TOKEN = "ya29.very-secret"
TIGHT = Limits(connect_seconds=0.3, silence_seconds=0.3, total_seconds=0.6, body_bytes=100_000)


def client(url, classify=lambda status, body, headers: None, limits=TIGHT):
    return HttpClient(
        base_url=url, access_token=TOKEN, classify=classify, clock=lambda: NOW, limits=limits
    )


def failure(stand_in, answer, kind):
    stand_in.routes["/x"] = answer
    with pytest.raises(kind) as caught:
        client(stand_in.url).get("/x", {"secret": "query-value"})
    assert type(caught.value) is kind
    return caught.value


def test_it_sends_the_token_and_reads_an_object(stand_in):
    stand_in.routes["/x"] = Answer(body={"a": 1})
    assert client(stand_in.url + "/").get("/x", {"q": "1"}) == {"a": 1}
    (asked,) = stand_in.asked
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
    assert asked.query == {"q": "1"}


def test_it_posts_json(stand_in):
    stand_in.routes["/x"] = Answer(body={})
    client(stand_in.url).post("/x", {"pageSize": 7})
    assert stand_in.asked[0].json == {"pageSize": 7}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Rejected),
        (401, Unauthorized),
        (403, Rejected),
        (404, Rejected),
        (408, Transient),
        (410, ProviderGone),
        (412, Rejected),
        (425, Transient),
        (429, RateLimited),
        (500, Transient),
        (502, Transient),
        (503, Transient),
        (504, Transient),
    ],
)
def test_a_status_becomes_a_word(stand_in, status, kind):
    failure(stand_in, Answer(status, {"error": "x"}), kind)


def test_a_refused_token_is_a_kind_of_needing_to_reconnect():
    assert issubclass(Unauthorized, NeedsReconnect)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("soon", None),
        ("", None),
        ("0", NOW + timedelta(seconds=1)),
        ("-5", NOW + timedelta(seconds=1)),
        ("120", NOW + timedelta(seconds=120)),
        ("9999999", NOW + timedelta(hours=24)),
        ("9" * 5000, NOW + timedelta(hours=24)),
        ("Fri, 20 Nov 2026 12:05:00 GMT", NOW + timedelta(minutes=5)),
        ("Fri, 20 Nov 2026 12:05:00 -0000", NOW + timedelta(minutes=5)),
        ("Fri, 20 Nov 2020 12:00:00 GMT", NOW + timedelta(seconds=1)),
        ("Fri, 20 Nov 2099 12:00:00 GMT", NOW + timedelta(hours=24)),
    ],
)
def test_retry_after_is_believed_within_bounds(stand_in, header, expected):
    headers = {} if header is None else {"Retry-After": header}
    assert failure(stand_in, Answer(429, {}, headers), RateLimited).retry_at == expected


def test_the_provider_has_the_first_word(stand_in):
    stand_in.routes["/x"] = Answer(403, {"error": {"reason": "NO"}}, {"X-Why": "because"})
    seen = []

    def classify(status, body, headers):
        seen.append((status, body, headers["X-Why"]))
        return NeedsReconnect("scope", cause="scope_missing")

    with pytest.raises(NeedsReconnect) as caught:
        client(stand_in.url, classify).get("/x")
    assert caught.value.cause == "scope_missing"
    assert seen == [(403, {"error": {"reason": "NO"}}, "because")]


def test_the_provider_is_told_when_an_error_is_no_json(stand_in):
    stand_in.routes["/x"] = Answer(404, b"<html>", {"Content-Type": "text/html"})
    seen = []
    with pytest.raises(Rejected):
        client(stand_in.url, lambda *args: seen.append(args[1])).get("/x")
    assert seen == [None]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b"<html>sign in to the hotel wifi</html>"),
        Answer(200, b""),
        Answer(204, b""),
        Answer(200, b"[1]"),
        Answer(200, b'"text"'),
        Answer(200, b'{"a": 1'),
        Answer(200, b'{"a": NaN}'),
        Answer(200, b'{"a": "\xff"}'),
        Answer(200, b"[" * 90_000),
        Answer(200, b'{"a": "' + b"x" * 120_000 + b'"}'),
        Answer(200, b'{"cut": 1', {"Content-Length": "5000", "Connection": "close"}),
        Answer(200, b"not gzip", {"Content-Encoding": "gzip"}),
        Answer(302, b"", {"Location": "http://127.0.0.1:1/"}),
        Answer(200, b"zz\r\nbroken", {"Transfer-Encoding": "chunked", "Connection": "close"}),
    ],
    ids=[
        "html", "empty", "no-content", "list", "string", "half", "nan", "not-utf8", "deep", "huge",
        "cut", "not-gzip", "redirect", "bad-chunks",
    ],
)  # fmt: skip
def test_an_answer_that_is_no_object_is_a_bad_payload(stand_in, answer):
    if answer.headers.get("Connection") == "close":
        payload = answer.payload
        head = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
        answer = Answer(
            raw=lambda sock: sock.sendall(f"HTTP/1.1 200 OK\r\n{head}\r\n".encode() + payload)
        )
    failure(stand_in, answer, StrangePage if answer.status == 302 else BadPayload)


def test_a_small_answer_that_unpacks_to_a_huge_one_is_a_bad_payload(stand_in):
    import gzip

    bomb = gzip.compress(b'{"a": "' + b"0" * 50_000_000 + b'"}')
    failure(stand_in, Answer(200, bomb, {"Content-Encoding": "gzip"}), BadPayload)


def test_nothing_listening_is_transient():
    with pytest.raises(Transient):
        client("http://127.0.0.1:1").get("/x")


def test_an_unknown_host_is_transient():
    with pytest.raises(Transient):
        client("http://no-such-host.invalid").get("/x")


def test_a_server_that_does_not_speak_tls_is_transient(stand_in):
    with pytest.raises(Transient):
        client(stand_in.url.replace("http:", "https:")).get("/x")


def test_hanging_up_without_an_answer_is_tried_once_more_and_then_transient(stand_in):
    failure(stand_in, Answer(raw=lambda sock: None), Transient)
    assert len(stand_in.asked) == 2


def test_a_kept_connection_that_was_closed_meanwhile_costs_no_failure(stand_in):
    stand_in.routes["/x"] = [Answer(raw=lambda sock: None), Answer(body={"ok": True})]
    assert client(stand_in.url).get("/x") == {"ok": True}


def drip(prefix, piece):
    """Send ``piece`` every tenth of a second, for longer than any deadline of these tests."""

    def send(sock):
        try:
            sock.sendall(prefix)
            for _ in range(50):
                sock.sendall(piece)
                time.sleep(0.1)
        except OSError:
            pass

    return Answer(raw=send)


@pytest.mark.parametrize(
    "answer",
    [
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", b" "),
        drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x"),
        drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    ],
    ids=["body", "headers", "interim", "chunks"],
)
def test_a_dripping_server_is_cut_by_the_deadline(stand_in, answer):
    started = time.monotonic()
    failure(stand_in, answer, Transient)
    assert time.monotonic() - started < 1.5


def test_a_silent_server_is_cut_by_the_read_timeout(stand_in):
    release = threading.Event()
    started = time.monotonic()
    failure(stand_in, Answer(raw=lambda sock: release.wait(5)), Transient)
    release.set()
    assert time.monotonic() - started < 1.0


def test_one_connection_is_reused_by_a_thread(stand_in):
    stand_in.routes["/x"] = Answer(body={})
    for _ in range(5):
        client(stand_in.url).get("/x")
    assert len(stand_in.peers) == 1


def test_threads_do_not_share_a_connection(stand_in):
    stand_in.routes["/x"] = Answer(body={})
    threads = [
        threading.Thread(target=lambda: [client(stand_in.url).get("/x") for _ in range(3)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stand_in.peers) == 4


def test_an_error_answer_keeps_the_connection_usable(stand_in):
    failure(stand_in, Answer(500, b"x" * 1000), Transient)
    stand_in.routes["/x"] = Answer(body={})
    client(stand_in.url).get("/x")
    assert len(stand_in.peers) == 1


def test_cookies_of_one_person_never_reach_another(stand_in):
    stand_in.routes["/x"] = Answer(body={}, headers={"Set-Cookie": "session=alice; Path=/"})
    client(stand_in.url).get("/x")
    client(stand_in.url).get("/x")
    assert "Cookie" not in stand_in.asked[1].headers


def test_a_netrc_file_does_not_replace_the_token(stand_in, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login eve password eve")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    stand_in.routes["/x"] = Answer(body={})
    client(stand_in.url).get("/x")
    assert stand_in.asked[0].headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(400, {"error": "someone@example.org ya29.very-secret"}),
        Answer(429, {}),
        Answer(500, b"ya29.very-secret"),
        Answer(200, b"ya29.very-secret"),
        Answer(raw=lambda sock: None),
    ],
)
def test_no_secret_reaches_an_exception_or_a_log(stand_in, answer, caplog):
    caplog.set_level(logging.INFO)
    stand_in.routes["/x"] = answer
    with pytest.raises(Exception) as caught:  # noqa: PT011 - any of the words
        client(stand_in.url).get("/x", {"secret": "query-value"})
    chain = [caught.value, caught.value.__cause__, caught.value.__context__]
    said = " ".join(repr(link) for link in chain) + caplog.text
    for secret in (TOKEN, "query-value", "someone@example.org"):
        assert secret not in said


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(200, b"<html>domain for sale</html>", {"Content-Type": "text/html"}), StrangePage),
        (Answer(301, b"", {"Location": "https://example.com/"}), StrangePage),
        (Answer(200, b"<cut", {"Content-Type": "application/json"}), BadPayload),
    ],
)
def test_a_page_where_the_interface_was_is_told_apart(stand_in, answer, kind):
    failure(stand_in, answer, kind)


@pytest.mark.parametrize("url", ["http://no-such-host.invalid", "https://{peer}"])
def test_a_host_without_a_name_or_a_certificate_has_vanished(stand_in, url):
    peer = stand_in.url.removeprefix("http://")
    with pytest.raises(HostVanished):
        client(url.format(peer=peer)).get("/x")
