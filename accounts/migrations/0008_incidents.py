from django.db import migrations, models

import kernel.models


class Migration(migrations.Migration):
    """The register of security incidents."""

    dependencies = [
        ("accounts", "0007_evidence"),
    ]

    operations = [
        migrations.CreateModel(
            name="Incident",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=kernel.models.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("title", models.CharField(max_length=120)),
                ("description", models.CharField(max_length=4000)),
                (
                    "severity",
                    models.CharField(
                        choices=[
                            ("general", "一般"),
                            ("larger", "较大"),
                            ("major", "重大"),
                            ("grave", "特别重大"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("found", "Found"),
                            ("reported", "Reported"),
                            ("closed", "Closed"),
                        ],
                        default="found",
                        max_length=8,
                    ),
                ),
                ("found_at", models.DateTimeField()),
                ("recorded_by", models.UUIDField()),
                ("report_by", models.DateTimeField(blank=True, null=True)),
                ("reported_at", models.DateTimeField(blank=True, null=True)),
                ("reported_to", models.CharField(blank=True, max_length=120)),
                ("document", models.CharField(blank=True, max_length=120)),
                ("measures", models.CharField(blank=True, max_length=4000)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("closed_by", models.UUIDField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["state", "report_by"], name="accounts_in_state_9f3be7_idx")
                ],
            },
        ),
    ]
