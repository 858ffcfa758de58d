from django.db import migrations, models


class Migration(migrations.Migration):
    """A place that takes no checkpoints is not tried in every turn."""

    dependencies = [
        ("accounts", "0008_incidents"),
    ]

    operations = [
        migrations.AddField(
            model_name="checkpointplace",
            name="failed_at",
            field=models.DateTimeField(null=True),
        ),
    ]
