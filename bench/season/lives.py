"""Makes up how people live through a season: walks, looks, delays, corrections, moves. Pure."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from bench.season.games import END, FIRST, LAST, ZONES
from bench.season.told import Hour, Life, Look, Total, Walk, instant_of, minute_of

ONE_DAY = 24 * 60
_BEGIN = minute_of(datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC))
_DAYS = (LAST - FIRST).days + 1
_LEVELS = [2000, 7000, 9000, 16_000]
# Minutes between a look and its arrival: mostly at once, now and then hours or weeks.
_DELAYS = [0, 0, 0, 0, 0, 0, 45, 1440, 5 * 1440, 30 * 1440]


def make_life(dice: Random, number: int) -> Life:
    """Make one person's season; the same dice give the same life."""
    zone = dice.choice(ZONES)
    life = Life(stays=[(0, zone)])
    for _ in range(dice.choice([0, 0, 0, 1, 2])):
        since = (life.stays[-1][0] or _BEGIN) + 30 * dice.randrange(1, 48 * 25)
        life.stays.append((since, dice.choice(ZONES)))
    has = dice.choice(["phone", "phone", "cloud", "both"])
    level = dice.choice(_LEVELS)
    if has != "cloud":
        life.phone = _PhoneLife(dice, number, level).looks()
    if has != "phone":
        life.cloud = _CloudLife(dice, zone, level).looks()
    return life


def _look_times(dice: Random) -> list[int]:
    """Return the minutes at which something looks, some of them after the end."""
    minute, last, times = _BEGIN - ONE_DAY, minute_of(END) + 4 * ONE_DAY, list[int]()
    while minute < last:
        minute += dice.choice([1, 2, 3, 6, 9]) * ONE_DAY + dice.randrange(-600, 600)
        times.append(minute)
    return times


def _received(dice: Random, looked: int) -> datetime:
    return instant_of(looked + dice.choice(_DELAYS)) + timedelta(seconds=dice.randrange(1, 60))


def _per_minute(dice: Random, level: int, minutes: int) -> int:
    return max(1, min(200, round(level * dice.uniform(0.2, 1.6) / minutes)))


@dataclass
class _PhoneLife:
    """A health store that is written, changed and deleted from, and seen in parts."""

    dice: Random
    number: int
    level: int
    store: dict[str, Walk] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)

    def looks(self) -> list[Look]:
        ahead = sorted(self._walks(), key=lambda walk: walk.end)
        made: list[Look] = []
        last = _BEGIN - 3 * ONE_DAY
        for looked in _look_times(self.dice):
            fresh = [walk for walk in ahead if last < walk.end <= looked]
            self.store |= {walk.id: walk for walk in fresh}
            told = {walk.id for walk in fresh} | self._changed()
            made.append(self._look(looked, told))
            last = looked
        return made

    def _walks(self) -> list[Walk]:
        days = [n for n in range(-2, _DAYS + 3) if self.dice.random() < 0.93]
        return [walk for day in days for walk in self._day(day)]

    def _day(self, day: int) -> list[Walk]:
        dice, found = self.dice, list[Walk]()
        count = dice.randrange(1, 4)
        for n in range(count):
            start = _BEGIN + day * ONE_DAY + 300 + 300 * n + dice.randrange(180)
            minutes = dice.randrange(12, 60)
            per = _per_minute(dice, self.level, count * minutes)
            watch = Walk(f"{self.number}-{day}-{n}w", "watch", start, minutes, per)
            phone = Walk(f"{self.number}-{day}-{n}p", "phone", start + 7, minutes, per + 3)
            found += dice.choice([[watch], [phone], [watch, phone]])
        if dice.random() < 0.1:
            start = _BEGIN + day * ONE_DAY + 100
            entry = Walk(f"{self.number}-{day}-t", "phone", start, 15, dice.randrange(1, 200), True)  # noqa: FBT003
            found.append(entry)
        return found

    def _changed(self) -> set[str]:
        """Change, delete and lose a few of the latest walks."""
        lately, dice = list(self.store)[-12:], self.dice
        changed: set[str] = set()
        for each in lately:
            fate = dice.random()
            if fate < 0.04:
                walk = self.store[each]
                per = max(1, int(walk.per_minute * dice.choice([0.4, 0.8, 1.3])))
                self.store[each] = replace(walk, per_minute=per)
                changed.add(each)
            elif fate < 0.07:
                del self.store[each]
                self.gone += [each] if fate < 0.055 else []
        return changed

    def _look(self, looked: int, told: set[str]) -> Look:
        first = looked - 3 * ONE_DAY
        lately = {walk.id for walk in self.store.values() if walk.end >= first}
        everything = self.dice.random() < 0.4
        wanted = told | lately if everything or self.dice.random() < 0.3 else told
        gone, self.gone = tuple(self.gone), []
        return Look(
            looked=instant_of(looked),
            received=_received(self.dice, looked),
            walks=tuple(walk for walk in self.store.values() if walk.id in wanted),
            gone=gone,
            complete=(first, looked) if everything else None,
        )


@dataclass
class _CloudLife:
    """A tracker's cloud that answers with totals, hours or both, and changes its mind."""

    dice: Random
    zone: str
    level: int

    def looks(self) -> list[Look]:
        style = self.dice.choice(["totals", "hours", "both"])
        hours = self._hours()
        made: list[Look] = []
        last = _BEGIN - 2 * ONE_DAY
        for looked in _look_times(self.dice):
            self._correct(hours, looked)
            first = last - 2 * ONE_DAY
            seen = [hour for hour in hours.values() if first <= hour.start <= looked - 60]
            look = Look(looked=instant_of(looked), received=_received(self.dice, looked))
            if style != "totals":
                look = replace(look, hours=tuple(seen))
            if style != "hours":
                look = replace(look, totals=tuple(self._totals(hours, seen, looked)))
            made.append(look)
            last = looked
        return made

    def _hours(self) -> dict[int, Hour]:
        dice, found = self.dice, dict[int, Hour]()
        for day in range(-2, _DAYS + 3):
            if dice.random() < 0.07:
                continue
            for hour in dice.sample(range(24), 3):
                per = _per_minute(dice, self.level, 180) + 1
                start = _BEGIN + day * ONE_DAY + 60 * hour
                found[start] = Hour(start, per, per // 3 if dice.random() < 0.1 else 0)
        return found

    def _correct(self, hours: dict[int, Hour], looked: int) -> None:
        for start, hour in hours.items():
            if looked - 2 * ONE_DAY <= start <= looked and self.dice.random() < 0.1:
                per = max(1, int(hour.per_minute * self.dice.choice([0.5, 1.2])))
                hours[start] = Hour(start, per, min(hour.typed, per - 1))

    def _totals(self, hours: dict[int, Hour], seen: list[Hour], looked: int) -> list[Total]:
        """Sum whole civil dates of the zone the account was made in; sometimes one is zero."""
        dates = {self._date(hour) for hour in seen}
        return [self._total(day, hours, looked) for day in sorted(dates)]

    def _total(self, day: date, hours: dict[int, Hour], looked: int) -> Total:
        own = [h for h in hours.values() if h.start <= looked - 60 and self._date(h) == day]
        if self.dice.random() < 0.02:
            return Total(day, 0, 0)
        return Total(day, 60 * sum(h.per_minute for h in own), 60 * sum(h.typed for h in own))

    def _date(self, hour: Hour) -> date:
        return instant_of(hour.start).astimezone(ZoneInfo(self.zone)).date()
