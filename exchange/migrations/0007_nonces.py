from django.db import migrations


class Migration(migrations.Migration):
    """Signed calls that were taken are remembered by accounts, for every way of signing."""

    dependencies = [
        ("accounts", "0006_calls"),
        ("exchange", "0006_data_keys"),
    ]

    operations = [
        migrations.DeleteModel(name="Nonce"),
    ]
