import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import accounts.models.credential
import kernel.models

_ROW = [
    (
        "id",
        models.UUIDField(
            default=kernel.models.uuid7, editable=False, primary_key=True, serialize=False
        ),
    ),
    ("created_at", models.DateTimeField(auto_now_add=True)),
    ("updated_at", models.DateTimeField(auto_now=True)),
    ("version", models.PositiveIntegerField(default=1, editable=False)),
]
_NETWORKS = django.contrib.postgres.fields.ArrayField(
    base_field=models.CharField(max_length=43), blank=True, default=list, size=None
)
_ALGORITHMS = ("hmac-sha256", "hmac-sm3")


class Migration(migrations.Migration):
    """Keys that sign and keys that get tokens, how calls must come, and calls taken once."""

    dependencies = [
        ("accounts", "0005_people"),
    ]

    operations = [
        migrations.AddField(
            model_name="credential",
            name="kind",
            field=models.CharField(
                choices=[("bearer", "Bearer"), ("signing", "Signing"), ("client", "Client")],
                default="bearer",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="credential",
            name="sealed_secret",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="credential",
            name="algorithm",
            field=models.CharField(
                blank=True,
                choices=[(name, name) for name in _ALGORITHMS],
                default="",
                max_length=12,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="credential",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=8),
                default=accounts.models.credential.every_scope,
                size=None,
            ),
        ),
        migrations.AddField(model_name="credential", name="networks", field=_NETWORKS),
        migrations.AlterField(
            model_name="credential",
            name="digest",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddConstraint(
            model_name="credential",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("algorithm__in", _ALGORITHMS),
                        ("digest", ""),
                        ("kind", "signing"),
                        models.Q(("sealed_secret", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("kind", "signing"), _negated=True),
                        models.Q(("digest", ""), _negated=True),
                        ("sealed_secret", ""),
                    ),
                    _connector="OR",
                ),
                name="a_secret_is_hashed_or_signs",
            ),
        ),
        migrations.CreateModel(
            name="SystemAccess",
            fields=[
                *_ROW,
                ("signed_only", models.BooleanField(default=False)),
                ("networks", _NETWORKS),
                (
                    "certificates",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "system",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="access",
                        to="accounts.informationsystem",
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="AccessToken",
            fields=[
                *_ROW,
                ("digest", models.CharField(max_length=64, unique=True)),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8), size=None
                    ),
                ),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "credential",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tokens",
                        to="accounts.credential",
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="Nonce",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
        ),
    ]
