"""``manage.py operators list|add|remove``: who may see the operations pages."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from users.models import User


class Command(BaseCommand):
    """Makes people operators, or no longer."""

    help = "List, add or remove the people who may open the operations pages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do and, to change something, whose e-mail address."""
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="everybody who may")
        for action in ("add", "remove"):
            actions.add_parser(action).add_argument("email")

    def handle(self, *_: Any, **options: Any) -> None:
        """Do it and say what was done."""
        if options["action"] == "list":
            for email in User.objects.filter(is_staff=True).values_list("email", flat=True):
                self.stdout.write(email)
            return
        is_operator = options["action"] == "add"
        found = User.objects.filter(email__iexact=options["email"], is_active=True)
        if not found.update(is_staff=is_operator):
            raise CommandError(f"Nobody signs in as {options['email']}.")
        self.stdout.write(f"{options['email']} is {'an' if is_operator else 'no'} operator")
