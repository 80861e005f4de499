"""The table of the cache in which every worker process counts how often something was tried."""

from django.core.management import call_command
from django.db import migrations


def make_the_table(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


def drop_the_table(apps, schema_editor):
    schema_editor.execute("DROP TABLE IF EXISTS kinkeeper_cache")


class Migration(migrations.Migration):
    dependencies = [("access", "0006_where_somebody_is_signed_in")]
    operations = [migrations.RunPython(make_the_table, drop_the_table)]
