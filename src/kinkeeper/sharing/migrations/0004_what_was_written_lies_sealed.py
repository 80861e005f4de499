from django.db import migrations

from kinkeeper.keys.moving import sealing


class Migration(migrations.Migration):
    dependencies = [
        ("sharing", "0003_texts_may_lie_sealed"),
        ("keys", "0001_the_first_tables"),
    ]

    operations = [
        sealing(
            "sharing",
            {
                "Share": "case__child",
                "PartnerReferral": "case__child",
                "Transfer": "case__child",
            },
        ),
    ]
