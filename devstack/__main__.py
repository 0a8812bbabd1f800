"""`python -m devstack <command>`; run.py is the front door."""

import argparse
import signal
import sys

from devstack import places
from devstack.failures import DevstackError


def main() -> int:
    """Run the command and return the exit code."""
    options = _parser().parse_args()
    try:
        return _run(options)
    except DevstackError as error:
        print(f"\n{error}", file=sys.stderr)
    except PermissionError as error:
        print(f"\n{error}\n{_OTHER_OWNER}", file=sys.stderr)
    return 1


_OTHER_OWNER = (
    "Was this checkout used by another user before? `python3 run.py clean` as that user "
    "removes what is left of it."
)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m devstack", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo", help="start everything; Ctrl-C stops it")
    reset = commands.add_parser("demo-reset", help="remove the demo's data and start afresh")
    reset.add_argument("--only", action="store_true", help="remove the data without a new start")
    manage = commands.add_parser("manage", add_help=False, help="manage.py for the demo")
    manage.add_argument("arguments", nargs=argparse.REMAINDER)
    provider = commands.add_parser("provider", help="start a provider: name=<slug>")
    provider.add_argument("arguments", nargs="*")
    commands.add_parser("check", help="format, lint, types, migrations, lock files, audit")
    commands.add_parser("clean", help="remove everything a run has left")
    return parser


def _run(options: argparse.Namespace) -> int:
    # Imported one by one: `clean` runs without the virtual environment.
    if options.command == "clean":
        from devstack import reset

        reset.remove_everything(places.ROOT)
        return 0
    if options.command == "manage":
        from devstack import management

        return management.run(places.find(), options.arguments)
    if options.command == "provider":
        from devstack.scaffold import provider

        return provider.run(places.find().root, options.arguments)
    if options.command == "check":
        from devstack import checks

        return checks.run(places.find())
    return _demo(start_afresh=options.command == "demo-reset", only=getattr(options, "only", False))


def _demo(*, start_afresh: bool, only: bool) -> int:
    # Python loses a Ctrl-C that comes while a module is being imported; until the demo minds its
    # signals itself nothing is running yet, and the system may end the process.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from devstack import demo

    found = places.find()
    if only:
        demo.reset_only(found)
        return 0
    return demo.run(found, start_afresh=start_afresh)


if __name__ == "__main__":
    sys.exit(main())
