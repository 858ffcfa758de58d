from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0003_editions")]

    operations = [
        migrations.AddField(
            model_name="subscription",
            name="reload",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="subscription",
            name="shown_digest",
            field=models.CharField(blank=True, max_length=64),
        ),
    ]
