# The search function below mirrors commonweal.kernel.text.folded; tests/places holds the two together.

import unicodedata

import django.db.models.deletion
from django.db import migrations, models

# Every combining mark and every capital of Unicode lies below this code point.
_END = 0x1F000


def _marks():
    """A PostgreSQL bracket expression for all characters with a combining class."""
    ranges = []
    for point in range(0x80, _END):
        if unicodedata.combining(chr(point)):
            if ranges and ranges[-1][1] == point - 1:
                ranges[-1][1] = point
            else:
                ranges.append([point, point])
    return "[" + "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges) + "]"


def _capitals():
    """The capitals beyond ASCII that survive decomposition, and their small letters, one for one."""
    capitals, small = [], []
    for point in range(0x80, _END):
        letter = chr(point)
        if (
            len(letter.lower()) == 1
            and letter.lower() != letter
            and unicodedata.normalize("NFKD", letter) == letter
        ):
            capitals.append(letter)
            small.append(letter.lower())
    return "".join(capitals), "".join(small)


def _fold():
    """The SQL of `public.commonweal_fold(text)` and of its helper for letters beyond ASCII.

    Written without any extension and without a collation of the machine, so that it may be IMMUTABLE and
    serve in indexes. Most names are plain ASCII, or are once their accents are gone, and take a short way:
    comparing each letter with the long list of capitals is what costs (0.1 ms a name).
    """
    opened = "value"
    for letter, plain in zip("œŒæÆßẞøØłŁ", ("oe", "oe", "ae", "ae", "ss", "ss", "o", "o", "l", "l"), strict=True):
        opened = f"replace({opened}, '{letter}', '{plain}')"
    capitals, small = _capitals()
    return f"""
        CREATE OR REPLACE FUNCTION public.commonweal_fold_letters(value text) RETURNS text
        LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $fold$
        DECLARE
            bare text := lower(regexp_replace(normalize({opened}, NFKD), '{_marks()}', '', 'g') COLLATE "C");
        BEGIN
            IF octet_length(bare) = char_length(bare) THEN
                RETURN bare;
            END IF;
            RETURN translate(bare, '{capitals}', '{small}');
        END
        $fold$;
        CREATE OR REPLACE FUNCTION public.commonweal_fold(value text) RETURNS text
        LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $fold$
            SELECT CASE WHEN octet_length(value) = char_length(value) THEN lower(value COLLATE "C")
            ELSE public.commonweal_fold_letters(value) END
        $fold$
    """


_UNFOLD = "DROP FUNCTION public.commonweal_fold(text); DROP FUNCTION public.commonweal_fold_letters(text)"


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.RunSQL(_fold(), _UNFOLD),
        migrations.CreateModel(
            name="Region",
            fields=[
                ("nis", models.CharField(max_length=5, primary_key=True, serialize=False)),
                ("name_fr", models.CharField(max_length=80)),
                ("name_nl", models.CharField(max_length=80)),
                ("name_de", models.CharField(max_length=80)),
                ("name_en", models.CharField(max_length=80)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
                ("outline", models.TextField(blank=True)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("nis__regex", "^\\d{5}$")), name="region_nis_five_digits"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True),
                            ("ends_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="region_days_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Province",
            fields=[
                ("nis", models.CharField(max_length=5, primary_key=True, serialize=False)),
                ("name_fr", models.CharField(max_length=80)),
                ("name_nl", models.CharField(max_length=80)),
                ("name_de", models.CharField(max_length=80)),
                ("name_en", models.CharField(max_length=80)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
                ("outline", models.TextField(blank=True)),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="provinces",
                        to="places.region",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Municipality",
            fields=[
                ("nis", models.CharField(max_length=5, primary_key=True, serialize=False)),
                ("name_fr", models.CharField(max_length=80)),
                ("name_nl", models.CharField(max_length=80)),
                ("name_de", models.CharField(max_length=80)),
                ("name_en", models.CharField(max_length=80)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
                ("outline", models.TextField(blank=True)),
                ("latitude", models.DecimalField(decimal_places=5, max_digits=7)),
                ("longitude", models.DecimalField(decimal_places=5, max_digits=7)),
                ("population", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "province",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="municipalities",
                        to="places.province",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="municipalities",
                        to="places.region",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Postcode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=4)),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="postcodes",
                        to="places.municipality",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("code", "municipality"), name="postcode_once_a_municipality"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^\\d{4}$")), name="postcode_four_digits"
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="province",
            constraint=models.CheckConstraint(
                condition=models.Q(("nis__regex", "^\\d{5}$")), name="province_nis_five_digits"
            ),
        ),
        migrations.AddConstraint(
            model_name="province",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                ),
                name="province_days_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="municipality",
            constraint=models.CheckConstraint(
                condition=models.Q(("nis__regex", "^\\d{5}$")), name="municipality_nis_five_digits"
            ),
        ),
        migrations.AddConstraint(
            model_name="municipality",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                ),
                name="municipality_days_in_order",
            ),
        ),
    ]
