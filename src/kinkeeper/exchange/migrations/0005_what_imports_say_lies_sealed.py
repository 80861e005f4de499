from django.db import migrations

from kinkeeper.keys.moving import sealing


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0004_the_rows_of_own_spreadsheets"),
        ("keys", "0001_the_first_tables"),
    ]

    operations = [
        sealing(
            "exchange",
            {
                "Import": "self",
                "QuarantinedRow": "of",
            },
            only={"QuarantinedRow": {"reason"}},
        ),
    ]
