from django.contrib.postgres.indexes import BrinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("sync", "0006_failing"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="run",
            index=BrinIndex(fields=["requested_at"], name="run_age"),
        ),
    ]
