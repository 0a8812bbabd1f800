"""Uploads as phones send them, ready as bytes: a history, an hour's samples, a day's buckets."""

import gzip
import random
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
SAMPLES_PER_BODY = 1000
SAMPLES_PER_SOURCE_AND_DAY = 200
FIRST_HOUR, AWAKE = 6, timedelta(hours=16)
_HEAD = (
    '{"schema":"relay/1","batch_id":"%s","sent_at":"%s","time_zone":"Europe/Berlin",'
    '"installation":{"id":"bench","platform":"ios","os":"27.0.1","app":"3.4.0","build":"3401",'
    '"model":"iPhone17,1"},"samples":[%s],"deleted":[],"buckets":[%s],'
    '"status":{"permission":"asked","protected_data":"available","background_refresh":"available",'
    '"low_power":false,"watch_paired":true,"wake_reason":"observer","failures_since_ok":0}}'
)
_SAMPLE = '{"id":"%s","start":"%s","end":"%s","count":%d,"manual":false,"source":%s,"written":null}'
_BUCKET = (
    '{"start":"%s","end":"%s","local_date":"%s","steps_all":%d,"steps_without_manual":%d,'
    '"complete":true}'
)
_SOURCES = (
    (
        '{"app":"com.apple.health.0B1C2D3E","name":"Apple Watch","product":"Watch7,5","os":"13.0"}',
        timedelta(0),
    ),
    (
        '{"app":"com.apple.health.9F8E7D6C","name":"iPhone","product":"iPhone17,1","os":"27.0.1"}',
        timedelta(seconds=25),
    ),
)


def history(number: int, *, now: datetime) -> bytes:
    """Return the `number`-th part (0 is the latest) of a first upload: 1,000 samples of the past.

    Watch and phone count side by side, 200 samples a day each, so a body spans two and a half days.
    """
    pairs = SAMPLES_PER_BODY // 2
    last = now.astimezone(BERLIN).replace(hour=0, minute=0, second=0, microsecond=0)
    places = range(number * pairs, (number + 1) * pairs)
    starts = [_slot(last, place) for place in places]
    return _body(now, samples=_pairs(starts, random.Random()))  # noqa: S311 - steps, no secret


def _slot(midnight: datetime, place: int) -> datetime:
    """Return where the `place`-th slot before midnight begins, the latest first, all awake."""
    day, slot = divmod(place, SAMPLES_PER_SOURCE_AND_DAY)
    morning = midnight - timedelta(days=day + 1) + timedelta(hours=FIRST_HOUR)
    earlier = SAMPLES_PER_SOURCE_AND_DAY - 1 - slot
    return morning + AWAKE * earlier / SAMPLES_PER_SOURCE_AND_DAY


def increment(number: int, samples: int, *, now: datetime) -> bytes:
    """Return what a phone sends after an hour: `samples` new ones of `number` hours ago."""
    pairs = samples // 2
    hour = now - timedelta(hours=number + 1)
    starts = [hour + timedelta(hours=1) * place / pairs for place in range(pairs)]
    body = _body(now, samples=_pairs(starts, random.Random()))  # noqa: S311 - steps, no secret
    return gzip.compress(body, 6)


def day_in_buckets(number: int, *, now: datetime) -> bytes:
    """Return the 24 hours of the day `number` days before yesterday, as merged by the phone."""
    today = now.astimezone(BERLIN).replace(hour=0, minute=0, second=0, microsecond=0)
    midnight = today - timedelta(days=number + 1)
    return gzip.compress(_body(now, buckets=[*_buckets(midnight)]), 6)


def _buckets(midnight: datetime) -> Iterator[str]:
    for hour in range(24):
        start, end = midnight + timedelta(hours=hour), midnight + timedelta(hours=hour + 1)
        steps = random.randrange(900)  # noqa: S311 - steps, no secret
        yield _BUCKET % (start.isoformat(), end.isoformat(), midnight.date(), steps, steps)


def _pairs(starts: Sequence[datetime], rng: random.Random) -> list[str]:
    return [_sample(rng, start + behind, source) for start in starts for source, behind in _SOURCES]


def _sample(rng: random.Random, start: datetime, source: str) -> str:
    ident = str(uuid.UUID(int=rng.getrandbits(128))).upper()
    end = start + timedelta(seconds=rng.randint(60, 240))
    return _SAMPLE % (ident, start.isoformat(), end.isoformat(), rng.randint(20, 400), source)


def _body(now: datetime, *, samples: Sequence[str] = (), buckets: Sequence[str] = ()) -> bytes:
    head = (uuid.uuid4(), now.isoformat(), ",".join(samples), ",".join(buckets))
    return (_HEAD % head).encode()
