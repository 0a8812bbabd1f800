"""`python -m sandbox --port 8100 --db var/sandbox.sqlite3`: the same application under gunicorn."""

import argparse
import os
import sys


def main() -> None:
    """Become a gunicorn that serves the sandbox."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8100)
    parser.add_argument("--db", default=os.environ.get("SANDBOX_DB", "var/sandbox.sqlite3"))
    options = parser.parse_args()
    os.environ["SANDBOX_DB"] = options.db
    gunicorn = [sys.executable, "-m", "gunicorn", "sandbox.wsgi", "--worker-class", "gthread"]
    size = ["--workers", "1", "--threads", "32", "--no-control-socket"]
    address = ["--bind", f"{options.host}:{options.port}"]
    os.execv(sys.executable, [*gunicorn, *size, *address])  # noqa: S606  # no shell is wanted


if __name__ == "__main__":
    main()
