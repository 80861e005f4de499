from django.db import migrations

from kinkeeper.keys.moving import sealing


class Migration(migrations.Migration):
    dependencies = [
        ("leaving", "0003_texts_may_lie_sealed"),
        ("keys", "0001_the_first_tables"),
    ]

    operations = [
        sealing(
            "leaving",
            {
                "Closing": "case__child",
                "HandedPaper": "closing__case__child",
                "FollowUp": "case__child",
                "Aftercare": "case__child",
                "ExtendedSupport": "case__child",
                "UnplannedReturn": "case__child",
            },
        ),
    ]
