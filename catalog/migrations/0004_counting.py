import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_checkpoint_faults"),
        ("catalog", "0003_feedback"),
    ]

    operations = [
        migrations.AlterField(
            model_name="searchdocument",
            name="department",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                to="accounts.department",
            ),
        ),
        migrations.AddIndex(
            model_name="searchdocument",
            index=models.Index(
                fields=["department"],
                include=("traits", "is_attached", "fresh_until", "completeness", "gaps"),
                name="search_counted",
            ),
        ),
    ]
