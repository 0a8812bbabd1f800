"""The demo: everything of a running Stepwell on this machine, until Ctrl-C."""

from pathlib import Path

from devstack import credentials, ports, reset, summary
from devstack.failures import StopRequestedError
from devstack.places import Places
from devstack.progress import Progress
from devstack.running import lock_of, only_one
from devstack.servers import ServerPlan, start_postgres, start_valkey
from devstack.stack import USUAL_PORTS, Stack
from devstack.stopping import StopFlag
from devstack.supervisor import Supervisor


def run(places: Places, *, start_afresh: bool = False) -> int:
    """Start the demo and keep it running. Returns the exit code: 0 when it was stopped by a signal.

    Raises DevstackError when another demo is running in this checkout.
    """
    stop_flag, progress = StopFlag(), Progress()
    stop_flag.install()
    with only_one(lock_of(places.var)):
        if start_afresh:
            reset.remove_demo_data(places)
            progress.say("The data of the last demo is removed")
        _set_logs_aside(places.log)
        supervisor = Supervisor(log=places.log, report=progress.say, stop_flag=stop_flag)
        return _supervise(supervisor, places, progress)


def reset_only(places: Places) -> None:
    """Remove the demo's data. Raises DevstackError while a demo is running."""
    with only_one(lock_of(places.var)):
        reset.remove_demo_data(places)


def _supervise(supervisor: Supervisor, places: Places, progress: Progress) -> int:
    try:
        stack = _start(supervisor, places)
        _greet(stack, progress)
        supervisor.watch()
    except StopRequestedError:
        progress.say("Stopping ...")
        return 0
    finally:
        supervisor.stop()
        progress.say("Everything is stopped")


def _start(supervisor: Supervisor, places: Places) -> Stack:
    stack = _start_servers(supervisor, places)
    supervisor.launch(stack.sandbox())
    supervisor.report("Bringing the database up to date")
    supervisor.run(stack.migrate())
    supervisor.report("Starting web, workers, beat and the sandbox providers")
    supervisor.start(stack.web(), *stack.background())
    supervisor.report("Loading the demo data")
    supervisor.run(stack.load_demo(), show_output=True)
    return stack


def _start_servers(supervisor: Supervisor, places: Places) -> Stack:
    keys = credentials.load(places.var / "secrets.json")
    if reset.forget_foreign_data(places, keys):
        supervisor.report(f"Data of an earlier checkout in {places.data} was removed")
    chosen = ports.choose(places.var / "ports.json", USUAL_PORTS)
    plan = ServerPlan(home=places.data, store=places.data, ports=chosen, keys=keys, durable=True)
    return Stack(
        places=places,
        ports=chosen,
        keys=keys,
        redis_url=start_valkey(supervisor, plan),
        database_url=start_postgres(supervisor, plan),
    )


def _greet(stack: Stack, progress: Progress) -> None:
    progress.show(summary.read(stack.places.var / "demo.json"))
    progress.show(f"  logs: {stack.places.log}")
    progress.say(f"Stepwell is ready: {stack.base_url} (Ctrl-C stops it)")


def _set_logs_aside(folder: Path) -> None:
    for log in folder.glob("*.log"):
        log.replace(log.with_suffix(".log.before"))
