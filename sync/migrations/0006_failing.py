from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('sync', '0005_watch'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='schedule',
            index=models.Index(condition=models.Q(('failures__gte', 5)), fields=['failures'], name='schedule_failing'),
        ),
    ]
