from django.db import migrations

from kinkeeper.keys.moving import sealing


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0004_texts_may_lie_sealed"),
        ("keys", "0001_the_first_tables"),
    ]

    operations = [
        sealing(
            "people",
            {
                "Person": "self",
                "Identifier": "person",
                "LegalStatus": "person",
                "Document": "person",
                "ContactPoint": "person",
                "Consent": "person",
            },
        ),
    ]
