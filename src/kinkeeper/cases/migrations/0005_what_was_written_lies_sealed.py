from django.db import migrations

from kinkeeper.keys.moving import sealing


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0004_texts_may_lie_sealed"),
        ("keys", "0001_the_first_tables"),
    ]

    operations = [
        sealing(
            "cases",
            {
                "Contact": "case__child",
                "Conference": "case__child",
                "Task": "case__child",
                "Tracing": "case__child",
                "Death": "case__child",
            },
        ),
    ]
