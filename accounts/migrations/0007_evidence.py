import django.contrib.postgres.indexes
from django.db import migrations, models

import accounts.models.audit


class Migration(migrations.Migration):
    """Blocks of every ledger with Merkle roots in place of the trail's own; seals are sets of ids.

    The trail of before is sealed anew with the next turn of the clock.
    """

    dependencies = [
        ("accounts", "0006_calls"),
    ]

    operations = [
        migrations.DeleteModel(name="AuditSeal"),
        migrations.DeleteModel(name="AuditBlock"),
        migrations.CreateModel(
            name="EvidenceBlock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ledger", models.CharField(max_length=10)),
                ("number", models.BigIntegerField()),
                ("algorithm", models.CharField(max_length=10)),
                ("sealed_at", models.DateTimeField()),
                ("entries", models.PositiveIntegerField()),
                ("ids", accounts.models.audit.Ids()),
                ("through", models.BigIntegerField()),
                ("previous", models.CharField(max_length=64)),
                ("root", models.CharField(max_length=64)),
                ("digest", models.CharField(max_length=64)),
                ("marks", models.TextField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["ledger", "sealed_at"], name="blocks_by_time"),
                    django.contrib.postgres.indexes.GistIndex(
                        fields=["ids"], name="blocks_by_entry"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("ledger", "number"), name="one_block_per_number"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CheckpointPlace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.CharField(max_length=500, unique=True)),
                ("heads", models.JSONField(default=dict)),
                ("stored_at", models.DateTimeField(null=True)),
                ("fault", models.CharField(blank=True, max_length=300)),
            ],
        ),
    ]
