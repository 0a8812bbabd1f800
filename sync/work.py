"""What a run has to know before it asks: read with one statement, for hundreds of runs a second."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from challenges.phases import LONGEST_TAIL, Calendar, State, is_open, state_of
from integrations.models import Connection
from sync.models import Run, Schedule
from users import binary
from users.models import User

# The triggers of runs that nobody outside asked for.
OUR_OWN = frozenset({Run.Trigger.POLL, Run.Trigger.SWEEP})


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A run, with its connection and person attached, and what decides how it goes.

    ``named`` are days that webhooks named and no run has read since the instant given with each;
    ``tracker_synced_at`` is when the latest of the person's trackers synced, where that is known.
    """

    run: Run
    connection: Connection
    schedule: Schedule
    games: tuple[Calendar, ...]
    named: dict[date, datetime]
    tracker_synced_at: datetime | None

    @property
    def is_sweep(self) -> bool:
        """Whether the whole challenge has to be read."""
        return Run.Trigger.SWEEP in {self.run.trigger, self.schedule.pulled_by}

    def is_due(self, now: datetime) -> bool:
        """Whether the connection still has to be read, or somebody asked for it."""
        due = self.schedule.next_sync_at
        return self.run.trigger not in OUR_OWN or (due is not None and due <= now)

    @property
    def is_waited_for(self) -> bool:
        """Whether somebody looks at the screen meanwhile."""
        return self.run.trigger in {Run.Trigger.TAP, Run.Trigger.CONNECT}

    def first_day_needed(self, now: datetime) -> date | None:
        """Return the first local day of the challenges that still count days, or None."""
        return min((game.starts_on for game in self.games if is_open(game, now)), default=None)

    def is_playing(self, now: datetime) -> bool:
        """Whether a challenge of the person is live or closing."""
        going_on = {State.LIVE, State.CLOSING}
        return any(state_of(game, now) in going_on for game in self.games)

    def silence_of_tracker(self, now: datetime) -> timedelta | None:
        """Return how long ago a tracker synced, where that is known."""
        return now - self.tracker_synced_at if self.tracker_synced_at else None


_CONNECTION = [
    "id", "person_id", "provider", "status", "reason", "granted_scopes", "provider_timezone",
    "connected_at", "last_synced_at", "last_data_at",
]  # fmt: skip
_PERSON = ["id", "timezone"]
_SCHEDULE = [
    "connection_id", "next_sync_at", "failures", "last_webhook_at", "webhook_missed_at",
    "pulled_by", "pulled_at", "devices_asked_at", "zone_asked_at",
]  # fmt: skip
# All that the phases of a challenge depend on.
_CALENDAR = [name for name in vars(Calendar) if not name.startswith("_")]
_LOAD = f"""
    SELECT {", ".join(f"connection.{name}" for name in _CONNECTION)},
           {", ".join(f"person.{name}" for name in _PERSON)},
           {", ".join(f"schedule.{name}" for name in _SCHEDULE)},
           (SELECT max(last_synced_at) FROM integrations_device
            WHERE connection_id = connection.id AND kind <> 'scale'),
           ARRAY(SELECT date FROM sync_namedday WHERE connection_id = connection.id ORDER BY date),
           ARRAY(SELECT named_at FROM sync_namedday WHERE connection_id = connection.id
                 ORDER BY date),
           {", ".join(f"games.{name}" for name in _CALENDAR)}
    FROM integrations_connection connection
    JOIN users_user person ON person.id = connection.person_id
    LEFT JOIN sync_schedule schedule ON schedule.connection_id = connection.id
    CROSS JOIN LATERAL (
        SELECT {", ".join(f"array_agg(game.{name}) AS {name}" for name in _CALENDAR)}
        FROM challenges_participant participant
        JOIN challenges_challenge game ON game.id = participant.challenge_id
        WHERE participant.person_id = connection.person_id AND participant.left_at IS NULL
          AND game.published_at IS NOT NULL AND (game.ends_on >= %s OR game.open_until > %s)
    ) games
    WHERE connection.id = %s
"""  # noqa: S608 - the columns above


def load(run: Run, *, now: datetime) -> Work | None:
    """Read what a run has to know; None when the connection is gone."""
    found = binary.rows(_LOAD, [(now - LONGEST_TAIL).date(), now, run.connection_id])
    return _work(run, list(found[0])) if found else None


def _work(run: Run, row: list[Any]) -> Work:
    connection = Connection.from_db("default", _CONNECTION, _cut(row, _CONNECTION))
    connection.person = User.from_db("default", _PERSON, _cut(row, _PERSON))
    run.connection = connection
    schedule = Schedule.from_db("default", _SCHEDULE, _cut(row, _SCHEDULE))
    tracker_synced_at, named, named_at, *games = row
    return Work(
        run=run,
        connection=connection,
        schedule=schedule,
        named=dict(zip(named, named_at, strict=True)),
        games=tuple(
            _calendar(values) for values in zip(*(each or [] for each in games), strict=True)
        ),
        tracker_synced_at=tracker_synced_at,
    )


def _calendar(values: tuple[Any, ...]) -> Calendar:
    return cast(Calendar, SimpleNamespace(**dict(zip(_CALENDAR, values, strict=True))))


def _cut(row: list[Any], names: list[str]) -> list[Any]:
    """Take the next columns off the row."""
    values = row[: len(names)]
    del row[: len(names)]
    return values
