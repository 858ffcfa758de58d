import django.db.models.deletion
from django.db import migrations, models

import kernel.models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0003_feedback"),
        ("exchange", "0005_moving"),
    ]

    operations = [
        migrations.CreateModel(
            name="DataKey",
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
                ("cipher", models.CharField(max_length=16)),
                ("sealed", models.TextField()),
                (
                    "resource",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="data_keys",
                        to="catalog.resource",
                    ),
                ),
            ],
            options={"abstract": False},
        ),
    ]
