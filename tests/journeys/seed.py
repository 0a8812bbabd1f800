"""Writes the journeys' people into an empty database: `python -m tests.journeys.seed ZONE`."""

import json
import sys
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import django

PASSWORD = "correct horse battery"
WALKERS = 90


def main(zone: str) -> None:
    from django.contrib.auth.hashers import make_password

    from challenges import planning
    from users.models import Organization, User

    now = datetime.now(ZoneInfo(zone))
    password = make_password(PASSWORD)
    walkers = [f"walker{number:02}@journey.example" for number in range(WALKERS)]
    challenges = {}
    for name, emails in {"Journey": walkers, "Elsewhere": ["stranger@elsewhere.example"]}.items():
        organization = Organization.objects.create(name=name)
        User.objects.bulk_create(
            User(
                organization=organization,
                email=email,
                display_name=email.partition("@")[0],
                timezone=zone,
                password=password,
            )
            for email in emails
        )
        draft = planning.create_draft(
            organization=organization,
            name=f"{name} challenge",
            starts_on=now.date() - timedelta(days=5),
            ends_on=now.date() + timedelta(days=5),
            now=now - timedelta(days=20),
        )
        challenge = planning.publish(challenge=draft, now=now - timedelta(days=19))
        team = planning.create_teams(challenge=challenge, names=[f"{name} team"], now=now)[0]
        challenges[name] = {"id": str(challenge.pk), "team": str(team.pk)}
    sys.stdout.write(json.dumps({"walkers": walkers, "challenges": challenges}) + "\n")


if __name__ == "__main__":
    django.setup()
    main(sys.argv[1])
