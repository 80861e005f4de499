from django.db import migrations

from kinkeeper.journal.chain import BEGINNING, digest_of, hash_after

WHO = ("pk", "at", "actor", "user_id", "act", "subject_type", "subject_id", "subject_code", "unit_id")
BATCH = 1000


def join_the_chain(apps, schema_editor):
    """Give every entry and refusal of earlier versions its place, in the order of its key: proved from here on."""
    Link = apps.get_model("journal", "Link")
    seq, before = 0, BEGINNING
    for kind, name, last in (("entry", "Entry", "facts"), ("refusal", "Refusal", "guard")):
        rows = apps.get_model("journal", name).objects.order_by("pk").values_list(*WHO, last)
        after = 0
        while found := list(rows.filter(pk__gt=after)[:BATCH]):
            links = []
            for values in found:
                seq += 1
                link = Link(seq=seq, kind=kind, row=values[0], digest=digest_of(values))
                link.hash = before = hash_after(before, link)
                links.append(link)
            Link.objects.bulk_create(links)
            after = found[-1][0]


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0003_what_a_row_held_before_is_kept'),
    ]

    operations = [
        migrations.RunPython(join_the_chain, migrations.RunPython.noop),
    ]
