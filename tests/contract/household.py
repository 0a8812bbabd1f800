"""Stepwell as the kit meets it: our server on a socket, people at the API, a worker."""

from collections import deque
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import requests
from celery import current_app
from django.utils import timezone

from integrations import connections
from integrations.models import Connection
from sync import tasks
from sync.models import Schedule
from tests.factories import PASSWORD

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TIMEOUT = 20
# Longer than webhooks are gathered before they are worked on.
A_WHILE = timedelta(seconds=10)


def day(ago, *, of=NOON):
    """The civil date so many days before noon of the story's day."""
    return (of - timedelta(days=ago)).date().isoformat()


def outcome(address):
    """``connected`` or the error code that a landing address carries."""
    query = parse_qs(urlsplit(address).query)
    return (query.get("result") or query.get("error") or [""])[0]


class Worker:
    """Does, in order, what was put on the queues, and what beat would ask for now and then."""

    def __init__(self, clock):
        self.queue = deque()
        self.clock = clock
        current_app.loader.import_default_modules()

    def take(self, name, countdown=None, **kwargs):
        self.queue.append((name, kwargs))

    def work_off(self):
        self._empty()
        self.clock.shift(A_WHILE)
        self.take("sync.webhooks.tasks.work_through")
        self._empty()

    def _empty(self):
        while self.queue:
            name, kwargs = self.queue.popleft()
            current_app.tasks[name](**kwargs)

    def poll(self):
        """Everything that is polled is due now."""
        Schedule.objects.exclude(next_sync_at=None).update(
            next_sync_at=timezone.now(), lease_until=None
        )
        tasks.poll_due()
        self.work_off()

    def withdraw_grants(self, after=timedelta()):
        return connections.revoke_pending(now=timezone.now() + after, limit=50)


class Member:
    """A person with the app on the phone."""

    def __init__(self, base_url, person):
        self.base_url, self.person, self.email = base_url, person, person.email
        self.http = requests.Session()
        self.sign_in()

    def sign_in(self):
        answer = self.http.post(
            f"{self.base_url}/_allauth/app/v1/auth/login",
            json={"email": self.email, "password": PASSWORD},
            timeout=TIMEOUT,
        )
        token = answer.json()["meta"]["access_token"]
        self.http.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method, path, **options):
        """Call our API; when the story's clock has jumped, the token has to be a new one."""
        url = f"{self.base_url}/api/v1/{path}"
        answer = self.http.request(method, url, timeout=TIMEOUT, **options)
        if answer.status_code == 401:
            self.sign_in()
            answer = self.http.request(method, url, timeout=TIMEOUT, **options)
        return answer

    def get(self, path):
        answer = self.ask("GET", path)
        assert answer.ok, answer.text
        return answer.json()

    def post(self, path, **body):
        answer = self.ask("POST", path, json=body)
        assert answer.ok, answer.text
        return answer.json()

    def connections(self, slug):
        return [each for each in self.get("connections")["results"] if each["provider"] == slug]

    def connection(self, slug):
        (only,) = self.connections(slug)
        return only

    def steps(self, first=None, last=None):
        """The known days; a day that nobody knows anything of is left out."""
        query = f"?from={first}&to={last}" if first else ""
        rows = self.get(f"steps{query}")["results"]
        return {row["date"]: row["steps"] for row in rows if row["steps"] is not None}


class Owner(Member):
    """A person with an account at the cloud under test."""

    def __init__(self, base_url, person, stand, worker):
        super().__init__(base_url, person)
        self.stand, self.worker, self.slug = stand, worker, stand.slug
        stand.open_account(self.email, timezone=person.timezone)

    def begin(self, **body):
        return self.post("connections", provider=self.slug, **body)["authorization_url"]

    def come_back(self, callback):
        """Open our callback; returns how it went."""
        answer = requests.get(callback, timeout=TIMEOUT, allow_redirects=False)
        assert answer.status_code == 302, answer.text
        return outcome(answer.headers["Location"])

    def connect(self, account=None, **choices):
        callback = self.stand.consent(self.begin(), account=account or self.email, **choices)
        return self.come_back(callback)

    def reconnect(self, account=None):
        row = self.connections(self.slug)[0]
        url = self.post(f"connections/{row['id']}/reconnect")["authorization_url"]
        return self.come_back(self.stand.consent(url, account=account or self.email))

    def disconnect(self, **wishes):
        row = self.connections(self.slug)[0]
        return self.post(f"connections/{row['id']}/disconnect", **wishes)

    def row(self):
        return Connection.objects.get(person=self.person, provider=self.slug)

    def last_run(self):
        return self.get(f"connections/{self.row().pk}/syncs")["results"][0]
