from django.db import migrations

from kinkeeper.keys.moving import sealing


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0002_texts_may_lie_sealed"),
        ("keys", "0001_the_first_tables"),
    ]

    operations = [
        sealing(
            "assessments",
            {
                "Assessment": "case__child",
                "Finding": "assessment__case__child",
            },
        ),
    ]
