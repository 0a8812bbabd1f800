"""Messages of Amazon SNS: who is believed, what is fetched, and what a notice becomes."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from integrations.abilities import NoticeKind, WebhookCall, WebhookRefused
from integrations.contract import ProviderConfig
from integrations.errors import BadPayload, Transient
from integrations.providers.misfit import signatures
from integrations.providers.misfit.provider import PROVIDER

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TOPIC = "arn:aws:sns:us-east-1:111122223333:resource-example"
CERT = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-example.pem"
SUBSCRIBE = f"https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}"
PORTAL = "https://build.misfit.com/apps/7/verify_endpoint?verify_token=VT&challenge=CH"
ANNA, BERT = "64ab00000000000000000001", "64ab00000000000000000002"
KEY = generate_private_key(public_exponent=65537, key_size=2048)


def certificate(key, *, first=datetime(2020, 1, 1), last=datetime(2040, 1, 1)):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(first)
        .not_valid_after(last)
    )
    return made.sign(key, SHA256()).public_bytes(Encoding.PEM)


PEM = certificate(KEY)


class Documents:
    """Keeps what was fetched; answers the certificate for everything."""

    def __init__(self, content=PEM):
        self.content, self.asked = content, []

    def read(self, url, *, refetch=False):
        self.asked.append(url)
        if isinstance(self.content, Exception):
            raise self.content
        return self.content


def entry(kind="goals", owner=ANNA, **more):
    return {
        "type": kind,
        "action": "updated",
        "id": "64ab00000000000000000101",
        "ownerId": owner,
        "updatedAt": "2026-11-20T20:23:43Z",
    } | more


def notification(*entries, **more):
    return {
        "Type": "Notification",
        "MessageId": "m-1",
        "TopicArn": TOPIC,
        "Message": json.dumps(list(entries)),
        "Timestamp": "2026-11-20T20:23:44.182Z",
    } | more


def confirmation(**more):
    return {
        "Type": "SubscriptionConfirmation",
        "MessageId": "m-2",
        "Token": "hex-token",
        "TopicArn": TOPIC,
        "Message": "You have chosen to subscribe",
        "SubscribeURL": SUBSCRIBE,
        "Timestamp": "2026-11-20T08:44:49.236Z",
    } | more


def signed(message, version="1", key=KEY, **more):
    """As Amazon signs: the members in this order, each with its name."""
    members = {
        "Notification": "Message MessageId Subject Timestamp TopicArn Type",
        "SubscriptionConfirmation": (
            "Message MessageId SubscribeURL Timestamp Token TopicArn Type"
        ),
    }
    names = members[message["Type"].replace("Unsubscribe", "Subscription")].split()
    text = "".join(f"{name}\n{message[name]}\n" for name in names if name in message)
    algorithm = SHA256() if version == "2" else SHA1()
    proof = key.sign(text.encode(), PKCS1v15(), algorithm)
    return (
        message
        | {
            "SignatureVersion": version,
            "Signature": base64.b64encode(proof).decode(),
            "SigningCertURL": CERT,
        }
        | more
    )


def hear(message, documents=None, *, method="POST", tail="", now=NOW, **values):
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    call = WebhookCall(method=method, tail=tail, query={}, headers={}, body=body, received_at=now)
    config = ProviderConfig(
        client_id="c", client_secret="s", values={"topic_arns": f"other, {TOPIC}"} | values
    )
    return PROVIDER.hear(call, config, documents or Documents())


def refusal(*args, **more):
    with pytest.raises(WebhookRefused) as caught:
        hear(*args, **more)
    return caught.value.code, caught.value.status


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("subject", [{}, {"Subject": "Hello"}])
def test_a_signed_notice_is_believed(version, subject):
    documents = Documents()
    heard = hear(signed(notification(entry(), **subject), version), documents)
    (notice,) = heard.notices
    assert (notice.account_id, notice.kind, notice.key) == (ANNA, NoticeKind.CHANGED, "m-1:0")
    assert (notice.first, notice.last) == (None, None)
    assert heard.status == 200
    assert documents.asked == [CERT]


def test_the_string_to_sign_is_the_documented_one():
    message = signatures.Message(
        type="Notification",
        message="M",
        message_id="I",
        timestamp="T",
        topic_arn="A",
        subject="S",
    )
    assert signatures.string_to_sign(message) == (
        b"Message\nM\nMessageId\nI\nSubject\nS\nTimestamp\nT\nTopicArn\nA\nType\nNotification\n"
    )


def test_each_entry_has_a_key_of_its_own_and_a_broken_one_spoils_no_other():
    entries = [
        entry("goals", ANNA),
        "no entry",
        entry("sessions", BERT, updatedAt="2014-10-17 12:00:00 UTC"),
        entry("devices", ANNA, action="deleted"),
        {"type": "goals"},
        entry("goals", "../etc"),
        entry("sleeps"),
        entry("profiles"),
        entry("horoscopes"),
        entry("goals", 7),
    ]
    heard = hear(signed(notification(*entries)))
    assert [(each.account_id, each.key) for each in heard.notices] == [
        (ANNA, "m-1:0"),
        (BERT, "m-1:2"),
        (ANNA, "m-1:3"),
    ]


@pytest.mark.parametrize("text", ["{}", "null", "5", '"text"'])
def test_a_message_that_holds_no_list_tells_nothing(text):
    assert hear(signed(notification(Message=text))).notices == ()


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (notification(entry()), ("unsigned", 403)),
        (signed(notification(entry()), Signature=""), ("unsigned", 403)),
        (signed(notification(entry()), Signature="!"), ("wrong_signature", 403)),
        (signed(notification(entry()), Signature="QUJD"), ("wrong_signature", 403)),
        (signed(notification(entry()), Message="[]"), ("wrong_signature", 403)),
        (signed(notification(entry()), Timestamp="later"), ("wrong_signature", 403)),
        (signed(notification(entry()), Subject="new"), ("wrong_signature", 403)),
        (signed(notification(entry()), SignatureVersion="2"), ("wrong_signature", 403)),
        (signed(notification(entry()), SignatureVersion="3"), ("unknown_signature_version", 403)),
        (signed(notification(entry()), SignatureVersion=""), ("unknown_signature_version", 403)),
        (signed(notification(entry(), TopicArn="arn:other")), ("unknown_topic", 403)),
        (signed(notification(entry()), Type="Fanfare"), ("unknown_kind", 400)),
        (signed(notification(Message="[")), ("not_readable", 400)),
        ([], ("not_readable", 400)),
        ({"Type": 5}, ("not_readable", 400)),
        (b"\xff", ("not_readable", 400)),
        (b"", ("not_readable", 400)),
        (b"[" * 100_000, ("not_readable", 400)),
    ],
)
def test_whatever_is_not_proved_is_refused(message, expected):
    assert refusal(message) == expected


def test_a_signature_by_somebody_else_is_refused():
    stranger = generate_private_key(public_exponent=65537, key_size=2048)
    assert refusal(signed(notification(entry()), key=stranger)) == ("wrong_signature", 403)


def test_without_topics_nothing_is_believed():
    assert refusal(signed(notification(entry())), topic_arns="") == ("unknown_topic", 403)


@pytest.mark.parametrize(
    "address",
    [
        "http://sns.us-east-1.amazonaws.com/a.pem",
        "https://sns.us-east-1.amazonaws.com.evil.example/a.pem",
        "https://evil.example/sns.us-east-1.amazonaws.com/a.pem",
        "https://sns.us-east-1.amazonaws.com@evil.example/a.pem",
        "https://user@sns.us-east-1.amazonaws.com/a.pem",
        "https://sns.us-east-1.amazonaws.com:8443/a.pem",
        "https://sns.us-east-1.amazonaws.com/a.pem?x=1",
        "https://sns.us-east-1.amazonaws.com/a.pem#x",
        "https://sns.us-east-1.amazonaws.com/a.txt",
        "https://sns.us-east-1.amazonaws.com\\@evil.example/a.pem",
        "https://s3.us-east-1.amazonaws.com/a.pem",
        "https://sns.us-east-1.s3.amazonaws.com/a.pem",
        "https://snsxus-east-1.amazonaws.com/a.pem",
        "https://127.0.0.1/a.pem",
        "https://sns.us-east-1.amazonaws.com/%2e%2e/a.pem",
        "https://[bad/a.pem",
        "file:///etc/passwd.pem",
        "",
    ],
)
def test_a_certificate_is_fetched_from_amazon_only(address):
    documents = Documents()
    code, status = refusal(signed(notification(entry()), SigningCertURL=address), documents)
    assert code in {"untrusted_certificate", "untrusted_address"}
    assert status == 403
    assert documents.asked == []


@pytest.mark.parametrize(
    "host",
    [
        "sns.eu-central-1.amazonaws.com",
        "sns.us-gov-west-1.amazonaws.com",
        "sns.cn-north-1.amazonaws.com.cn",
        "sns.ap-southeast-2.amazonaws.com",
    ],
)
def test_every_region_of_amazon_is_known(host):
    documents = Documents()
    hear(signed(notification(entry()), SigningCertURL=f"https://{host}/a.pem"), documents)
    assert documents.asked == [f"https://{host}/a.pem"]


@pytest.mark.parametrize(
    "content",
    [
        b"<html>",
        b"",
        certificate(KEY, last=datetime(2021, 1, 1)),
        certificate(KEY, first=datetime(2039, 1, 1)),
        certificate(ec.generate_private_key(ec.SECP256R1())),
        Transient("down"),
    ],
)
def test_a_certificate_that_is_none_is_asked_for_again_later(content):
    with pytest.raises((BadPayload, Transient)):
        hear(signed(notification(entry())), Documents(content))


def test_an_operators_stand_in_replaces_amazon():
    here = "http://127.0.0.1:9/misfit/sns"
    documents = Documents()
    message = signed(notification(entry()), SigningCertURL=f"{here}/a.pem")
    assert hear(message, documents, sns_url=here).notices
    assert documents.asked == [f"{here}/a.pem"]
    assert refusal(message)[0] == "untrusted_certificate"
    elsewhere = signed(notification(entry()), SigningCertURL=f"{here}x/a.pem")
    assert refusal(elsewhere, sns_url=here)[0] == "untrusted_certificate"


def test_a_signed_confirmation_is_visited():
    documents = Documents()
    assert hear(signed(confirmation()), documents).notices == ()
    assert documents.asked == [CERT, SUBSCRIBE]


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/?Action=ConfirmSubscription",
        "http://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription",
        "https://sns.us-east-1.amazonaws.com/?Action=Publish",
        "https://build.misfit.com/apps/7/verify_endpoint",
        "http://127.0.0.1/?Action=ConfirmSubscription",
    ],
)
def test_a_confirmation_leads_nowhere_else(address):
    documents = Documents()
    code, _ = refusal(signed(confirmation(SubscribeURL=address)), documents)
    assert code == "untrusted_confirmation"
    assert documents.asked == [CERT]


def test_the_end_of_a_subscription_is_taken_and_not_undone():
    documents = Documents()
    message = signed(confirmation(Type="UnsubscribeConfirmation"))
    assert hear(message, documents).status == 200
    assert documents.asked == [CERT]


class TestThePortal:
    """Its own test of our address is unsigned."""

    MESSAGE = confirmation(SubscribeURL=PORTAL, MessageId="")

    def test_it_is_answered_in_the_hour_an_operator_opened(self):
        for ahead in (timedelta(0), timedelta(minutes=30), timedelta(hours=1)):
            documents = Documents()
            until = (NOW + ahead).isoformat()
            assert hear(self.MESSAGE, documents, portal_test_until=until).status == 200
            assert documents.asked == [PORTAL]

    @pytest.mark.parametrize(
        "until",
        [
            "",
            "tomorrow",
            "2026-11-21T09:30:00",
            (NOW - timedelta(seconds=1)).isoformat(),
            (NOW + timedelta(hours=1, seconds=1)).isoformat(),
            "9999-12-31T23:59:59+00:00",
        ],
    )
    def test_it_is_refused_at_any_other_time(self, until):
        documents = Documents()
        assert refusal(self.MESSAGE, documents, portal_test_until=until) == ("unsigned", 403)
        assert documents.asked == []

    @pytest.mark.parametrize(
        "address",
        [
            "https://build.misfit.com.evil.example/apps/7/verify_endpoint",
            "http://build.misfit.com/apps/7/verify_endpoint",
            "https://build.misfit.com/apps/7/delete",
            "https://build.misfit.com:8443/apps/7/verify_endpoint",
            "http://169.254.169.254/apps/7/verify_endpoint",
            SUBSCRIBE,
        ],
    )
    def test_it_leads_to_the_portal_only(self, address):
        documents = Documents()
        message = confirmation(SubscribeURL=address)
        code, _ = refusal(message, documents, portal_test_until=NOW.isoformat())
        assert code == "untrusted_confirmation"
        assert documents.asked == []

    def test_an_unsigned_notice_is_refused_even_then(self):
        given = refusal(notification(entry()), portal_test_until=NOW.isoformat())
        assert given == ("unsigned", 403)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
def test_only_posts_are_taken(method):
    assert refusal(notification(), method=method) == ("wrong_method", 405)


def test_there_is_nothing_below_the_address():
    assert refusal(signed(notification(entry())), tail="x") == ("unknown_address", 404)
