from django.db import migrations

from kinkeeper.keys.moving import sealing


class Migration(migrations.Migration):
    dependencies = [
        ("placements", "0003_texts_may_lie_sealed"),
        ("keys", "0001_the_first_tables"),
    ]

    operations = [
        sealing(
            "placements",
            {
                "Placement": "period__child",
                "Episode": "period__child",
            },
        ),
    ]
