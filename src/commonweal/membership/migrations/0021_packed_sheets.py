"""Sheets that are being brought in are kept gzipped from now on."""

import gzip

from django.db import migrations


def pack(apps, schema_editor):
    Import = apps.get_model("membership", "Import")
    for held in Import.objects.filter(content__isnull=False).iterator(1):
        Import.objects.filter(pk=held.pk).update(content=gzip.compress(bytes(held.content), 3, mtime=0))


def unpack(apps, schema_editor):
    Import = apps.get_model("membership", "Import")
    for held in Import.objects.filter(content__isnull=False).iterator(1):
        Import.objects.filter(pk=held.pk).update(content=gzip.decompress(held.content))


class Migration(migrations.Migration):

    dependencies = [
        ('membership', '0020_confirmed_speakers'),
    ]

    operations = [migrations.RunPython(pack, unpack)]
