from django.db import migrations

from kinkeeper.keys.moving import sealing


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0003_texts_may_lie_sealed"),
        ("keys", "0001_the_first_tables"),
    ]

    operations = [
        sealing(
            "decisions",
            {
                "Requirement": "case__child",
                "BestInterest": "case__child",
                "Option": "best_interest__case__child",
                "PanelMember": "best_interest__case__child",
                "Necessity": "case__child",
                "SupportTried": "necessity__case__child",
                "KinSearched": "necessity__case__child",
                "Decision": "case__child",
                "Separation": "child",
            },
        ),
    ]
