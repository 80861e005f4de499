from django.db import migrations

from kinkeeper.keys.moving import sealing


class Migration(migrations.Migration):
    dependencies = [
        ("homes", "0004_texts_may_lie_sealed"),
        ("keys", "0001_the_first_tables"),
    ]

    operations = [
        sealing(
            "homes",
            {
                "Home": "self",
            },
        ),
    ]
