from django.db import migrations

from kinkeeper.keys.moving import sealing


class Migration(migrations.Migration):
    dependencies = [
        ("plans", "0005_texts_may_lie_sealed"),
        ("keys", "0001_the_first_tables"),
    ]

    operations = [
        sealing(
            "plans",
            {
                "Plan": "case__child",
                "Goal": "plan__case__child",
                "GoalAction": "goal__plan__case__child",
                "PlannedContact": "plan__case__child",
                "Review": "child",
                "Progress": "review__child",
                "Wish": "review__child",
            },
        ),
    ]
