import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """An app that is being set up belongs to the sign-in that was shown its secret."""

    dependencies = [
        ("accounts", "0009_checkpoint_faults"),
    ]

    operations = [
        migrations.AddField(
            model_name="secondfactor",
            name="begun_in",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="accounts.sessiontoken",
            ),
        ),
    ]
