"""The general pack is called after its source: associations that chose it keep it under its new code."""

from __future__ import annotations

from collections.abc import Callable

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def rename(old: str, new: str) -> Callable[[Apps, BaseDatabaseSchemaEditor], None]:
    def forwards(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        apps.get_model("access", "Association").objects.filter(pack=old).update(pack=new)

    return forwards


class Migration(migrations.Migration):
    dependencies = [("access", "0001_the_first_tables")]

    operations = [
        migrations.AlterField(
            model_name="association",
            name="pack",
            field=models.CharField(default="un", max_length=40, verbose_name="jurisdiction pack"),
        ),
        migrations.RunPython(rename("general", "un"), rename("un", "general")),
    ]
