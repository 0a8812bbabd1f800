"""Sends the webhooks: a thread looks for changes, signs, and repeats what was not answered 204."""

import logging
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

import requests

from sandbox.google_health.notices import written
from sandbox.google_health.subscribers import Subscriber, kept
from sandbox.google_health.tink_keys import sign
from sandbox.google_health.watching import Watch
from sandbox.google_health.webhook_knobs import WebhookKnobs, knobs_of
from sandbox.world import World

log = logging.getLogger(__name__)
LOOK_EVERY_SECONDS = 0.25
TIMEOUT = 10
LONGEST_PAUSE = 3600.0
LOG_LENGTH = 500


@dataclass(kw_only=True)
class Message:
    """A body on its way to a subscriber; times are of the machine's own clock."""

    subscriber: str
    body: bytes
    made_at: float = field(default_factory=time.monotonic)
    due_at: float = 0.0
    attempts: int = 0


class Mouth:
    """What is on its way, and what came of it. In memory."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._watch = Watch(world)
        self._waiting: list[Message] = []
        self._lock = threading.Lock()
        self.log: deque[dict[str, Any]] = deque(maxlen=LOG_LENGTH)

    def start(self) -> None:
        """Look and speak for ever."""
        threading.Thread(target=self._run, name="google-webhooks", daemon=True).start()

    def begin_anew(self) -> None:
        """A subscriber that is new is told of nothing that was before."""
        self._watch = Watch(self._world)

    def waiting(self) -> int:
        """How many messages are not taken yet."""
        with self._lock:
            return len(self._waiting)

    def say(self, messages: list[dict[str, Any]]) -> None:
        """Put messages on their way to everybody who is told of steps."""
        knobs = knobs_of(self._world)
        bodies = written(messages, shape=knobs.shape) * knobs.copies
        listeners = [each for each in kept(self._world).values() if each.is_told_of_steps]
        with self._lock:
            for listener in listeners:
                self._waiting += [Message(subscriber=listener.id, body=body) for body in bodies]

    def _run(self) -> None:
        while True:
            time.sleep(LOOK_EVERY_SECONDS)
            try:
                self._look()
                self._speak()
            except Exception:
                log.exception("google webhooks stumbled")

    def _look(self) -> None:
        if kept(self._world):
            knobs = knobs_of(self._world)
            self.say(self._watch.look(follow=knobs.follow, on_revoke=knobs.on_revoke))

    def _speak(self) -> None:
        """Send what is due; whatever was not taken waits twice as long as before."""
        listeners, knobs = kept(self._world), knobs_of(self._world)
        for message in self._due(shuffled=knobs.shuffled):
            listener = listeners.get(message.subscriber)
            if listener is None or self._sent(message, listener, knobs) == 204:
                self._drop(message)
                continue
            pause = min(knobs.first_pause_seconds * 2 ** (message.attempts - 1), LONGEST_PAUSE)
            message.due_at = time.monotonic() + pause
            if message.due_at - message.made_at > knobs.keep_seconds:
                self._drop(message)

    def _due(self, *, shuffled: bool) -> list[Message]:
        with self._lock:
            due = [each for each in self._waiting if each.due_at <= time.monotonic()]
        return due[::-1] if shuffled else due

    def _drop(self, message: Message) -> None:
        with self._lock:
            if message in self._waiting:
                self._waiting.remove(message)

    def _sent(self, message: Message, listener: Subscriber, knobs: WebhookKnobs) -> int:
        message.attempts += 1
        url, secret = listener.endpoint_uri, listener.endpoint_authorization.secret
        status = post(self._world, message.body, url=url, secret=secret, header=knobs.header)
        at = self._world.clock.now().isoformat()
        line = {"at": at, "subscriber": listener.id, "attempt": message.attempts, "status": status}
        self.log.appendleft(line | {"body": message.body.decode()})
        return status


def post(
    world: World, body: bytes, *, url: str, secret: str, header: str, forged: bool = False
) -> int:
    """Send a signed body now; returns the status of the answer, 0 for none."""
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Google-Health-API-Webhooks",
        "Authorization": secret,
        header: sign(world, b"something else" if forged else body),
    }
    try:
        return requests.post(
            url, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False
        ).status_code
    except requests.RequestException:
        return 0


_mouths: WeakKeyDictionary[World, Mouth] = WeakKeyDictionary()
_lock = threading.Lock()


def mouth_of(world: World) -> Mouth:
    """The one that speaks for a sandbox; begins to when it is first asked for."""
    with _lock:
        mouth = _mouths.get(world)
        if mouth is None:
            mouth = _mouths[world] = Mouth(world)
            mouth.start()
        return mouth


_looked: WeakSet[World] = WeakSet()


def speak_again(world: World) -> None:
    """After a restart, go on for the subscribers that were there before."""
    if world not in _looked:
        _looked.add(world)
        if kept(world):
            mouth_of(world)
