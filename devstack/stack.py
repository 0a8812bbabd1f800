"""Which processes make a running Stepwell, with which command and environment."""

import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace

from devstack import credentials, environment, ports, postgres, stand_ins, valkey
from devstack.credentials import Credentials
from devstack.places import Places
from devstack.ports import LOOPBACK
from devstack.processes import Process
from devstack.readiness import answers_ok
from devstack.servers import with_database

USUAL_PORTS: dict[str, int | None] = {
    "web": 8000,
    "sandbox": 8900,
    "postgres": None,
    "valkey": None,
}

# docker-compose.yml runs the very same commands; a test compares them.
WEB = (
    "gunicorn",
    "config.wsgi",
    *("--worker-class", "gthread", "--workers", "2", "--threads", "8", "--no-control-socket"),
)
_WORKER = ("celery", "-A", "config", "worker")
# Nobody uses gossip between workers, and it stumbles when the broker comes back.
_ALONE = ("--without-gossip", "--without-mingle")
WORKERS = {
    "worker-sync": (*_WORKER, "-Q", "sync", "-P", "threads", "-c", "16", "-n", "sync@%h", *_ALONE),
    "worker-interactive": (
        *(*_WORKER, "-Q", "interactive", "-P", "threads", "-c", "8"),
        *("-n", "interactive@%h", *_ALONE),
    ),
    "worker-default": (
        *(*_WORKER, "-Q", "default", "-P", "threads", "-c", "2"),
        *("-n", "default@%h", *_ALONE),
    ),
}
BEAT = ("celery", "-A", "config", "beat")
MIGRATE = ("manage.py", "migrate", "--no-input")
SANDBOX = (
    "gunicorn",
    "sandbox.wsgi",
    *("--worker-class", "gthread", "--workers", "1", "--threads", "32", "--no-control-socket"),
)
_SANDBOX_STOP_RANK = 10
_GUNICORN_QUICK = signal.SIGQUIT  # takes its workers along, which a kill would leave for a second


@dataclass(frozen=True, kw_only=True)
class Stack:
    """The processes of one demo on one machine."""

    places: Places
    ports: Mapping[str, int]
    keys: Credentials
    database_url: str
    redis_url: str

    @property
    def base_url(self) -> str:
        """The public origin of the demo."""
        return f"http://{LOOPBACK}:{self.ports['web']}"

    @property
    def sandbox_url(self) -> str:
        """The origin of the stand-in providers."""
        return f"http://{LOOPBACK}:{self.ports['sandbox']}"

    def environment(self) -> dict[str, str]:
        """Return the environment of every process of the application."""
        application = environment.application(
            database_url=self.database_url,
            redis_url=self.redis_url,
            cache_url=with_database(self.redis_url, 1),
            base_url=self.base_url,
            keys=self.keys,
        )
        providers = stand_ins.of_application(
            stand_ins.find(self.places.root),
            sandbox_url=self.sandbox_url,
            secret=self.keys.sandbox_client_secret,
        )
        return (
            application
            | providers
            | {
                "ACCESS_TOKEN_SECONDS": "2592000",
                "POLL_INTERVAL_SECONDS": "15",
                "TAP_COOLDOWN_SECONDS": "5",
                "LOGIN_RATE": "1000/m/ip",
                # A sign-in under way counts as failed until it succeeds, also when it is cut off: a
                # load that was broken off must not lock the next one out.
                "LOGIN_FAILED_RATE": "1000/m/ip,100/5m/key",
                "DEMO": "1",
                "DEMO_JSON": str(self.places.var / "demo.json"),
                "STEPWELL_SANDBOX_URL": self.sandbox_url,
            }
        )

    def sandbox(self) -> Process:
        """The stand-in providers."""
        port = self.ports["sandbox"]
        clients = stand_ins.of_sandbox(
            stand_ins.find(self.places.root),
            base_url=self.base_url,
            secret=self.keys.sandbox_client_secret,
        )
        return Process(
            name="sandbox",
            command=_python("-m", *SANDBOX, "--bind", f"{LOOPBACK}:{port}"),
            env=environment.kept()
            | clients
            | {"SANDBOX_DB": str(self.places.var / "sandbox.sqlite3")},
            cwd=self.places.root,
            ready=lambda _pid: answers_ok(port, "/healthz"),
            stop_rank=_SANDBOX_STOP_RANK,
            death_signal=_GUNICORN_QUICK,
        )

    def web(self) -> Process:
        """The web server; it is up when the database, Redis and the workers are, too."""
        port = self.ports["web"]
        process = self._process("web", "-m", *WEB, "--bind", f"{LOOPBACK}:{port}")
        return replace(
            process,
            ready=lambda _pid: answers_ok(port, "/readyz"),
            ready_seconds=60,
            death_signal=_GUNICORN_QUICK,
        )

    def background(self) -> list[Process]:
        """The workers, and beat as the last."""
        workers = [self._process(name, "-m", *command) for name, command in WORKERS.items()]
        schedule = str(self.places.var / "beat-schedule")
        return [*workers, self._process("beat", "-m", *BEAT, "-s", schedule)]

    def migrate(self) -> Process:
        """Bring the database up to date."""
        return self._process("migrate", *MIGRATE)

    def load_demo(self) -> Process:
        """Fill the database with the demo's people; does nothing the second time.

        Only here Misfit is still open: the demo has somebody who connected it while it was.
        """
        process = self._process("load_demo", "manage.py", "load_demo")
        return replace(process, env={**process.env, "PROVIDER_MISFIT_STATUS": "available"})

    def _process(self, name: str, *arguments: str) -> Process:
        return Process(
            name=name,
            command=_python(*arguments),
            env=environment.kept() | self.environment() | {"PROCESS_NAME": name},
            cwd=self.places.root,
        )


def of_running(places: Places) -> Stack:
    """Return the stack of the demo that is running in this checkout."""
    keys = credentials.load(places.var / "secrets.json")
    chosen = ports.read(places.var / "ports.json")
    database = postgres.url(port=chosen["postgres"], password=keys.postgres_password)
    broker = valkey.url(port=chosen["valkey"], password=keys.valkey_password)
    return Stack(
        places=places,
        ports=chosen,
        keys=keys,
        database_url=os.environ.get("DATABASE_URL") or database,
        redis_url=os.environ.get("REDIS_URL") or broker,
    )


def _python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, *arguments)
