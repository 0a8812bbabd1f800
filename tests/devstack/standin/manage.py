"""Stands in for Django's manage.py: the two commands a demo runs."""

import json
import os
import sys
from pathlib import Path

import psycopg


def migrate() -> None:
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS loads (at timestamptz DEFAULT now())")


def load_demo() -> None:
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        connection.execute("INSERT INTO loads DEFAULT VALUES")
        row = connection.execute("SELECT count(*) FROM loads").fetchone()
    people = [{"email": "ada@example.org", "password": "secret", "access_token": "a.b.c"}]
    facts = {"loads": row[0] if row else 0, "people": people, "app": os.environ["BASE_URL"]}
    Path("var/demo.json").write_text(json.dumps(facts))
    sys.stdout.write(f"loaded from {os.environ['STEPWELL_SANDBOX_URL']}\n")


{"migrate": migrate, "load_demo": load_demo}[sys.argv[1]]()
