# The search function below mirrors commonweal.kernel.text.folded; tests/places holds the two together.

import unicodedata

import django.db.models.deletion
from django.db import migrations, models

_END = 0x110000
_WHOLE = {
    "a": "ɑɐⱥ", "b": "ƀɓƃ", "c": "ƈȼ", "d": "đðɖɗƌẟ", "e": "əɛǝɇ", "f": "ƒ", "g": "ǥɠɣ", "h": "ħɦⱨ", "i": "ıɨɩɪ", "j": "ȷɉ",
    "k": "ĸƙⱪ", "l": "łƚɫɬⱡ", "n": "ŋɲƞɳ", "o": "øɵɔ", "p": "ƥᵽ", "r": "ɍɽ", "s": "ȿẜẝ", "t": "ŧƭʈⱦ", "u": "ʉ", "v": "ʋỽ",
    "y": "ƴɏỿ", "z": "ʒƶȥⱬ", "σ": "ς", "ae": "æ", "oe": "œ", "ss": "ß", "th": "þ", "hv": "ƕ", "ou": "ȣ", "ll": "ỻ",
}  # fmt: skip
_FILLERS = {
    *(0xB7, 0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5),
    *(*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)),
}
_BLANKS = "ʹʺʻʼʽʾʿˀˁˆˇˈˉˊˋˌꞋꞌ−"


def _class(points):
    """A PostgreSQL bracket expression for code points in order."""
    ranges = []
    for point in points:
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return "[" + "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges) + "]"


def _invisible(point):
    letter = chr(point)
    return unicodedata.combining(letter) or unicodedata.category(letter) in ("Cf", "Me") or point in _FILLERS


def _between(point):
    letter, kind = chr(point), unicodedata.category(chr(point))
    return letter != "|" and (
        kind[0] in "ZP"
        or kind in ("Cc", "Sk")
        or letter in _BLANKS
        or (point < 0x80 and not letter.isalnum())
    )


def _capitals():
    """The capitals beyond ASCII that survive decomposition, and their small letters, one for one."""
    capitals, small = [], []
    for point in range(0x80, _END):
        letter = chr(point)
        lower = letter.lower()
        if len(lower) == 1 and lower != letter and unicodedata.normalize("NFKD", letter) == letter:
            capitals.append(letter)
            small.append(lower)
    return "".join(capitals), "".join(small)


def _fold():
    """The SQL of `public.commonweal_fold(text)` and of its helper for letters beyond ASCII.

    Written without any extension and without a collation of the machine, so that it may be IMMUTABLE and
    serve in indexes. Most names are plain ASCII, or are once their accents are gone, and take a short way:
    comparing each letter with the long list of capitals is what costs (0.1 ms a name).
    """
    capitals, small = _capitals()
    singles = {letter: plain for plain, letters in _WHOLE.items() if len(plain) == 1 for letter in letters}
    opened = f"translate(bare, '{''.join(singles)}', '{''.join(singles.values())}')"
    for plain, letters in _WHOLE.items():
        for letter in letters if len(plain) > 1 else "":
            opened = f"replace({opened}, '{letter}', '{plain}')"
    points = [point for point in range(1, _END) if not 0xD800 <= point < 0xE000]
    invisible = _class([point for point in points if _invisible(point)])
    between = _class([point for point in points if not _invisible(point) and _between(point)])
    return f"""
        CREATE OR REPLACE FUNCTION public.commonweal_fold_letters(value text) RETURNS text
        LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $fold$
        DECLARE
            bare text := regexp_replace(normalize(value, NFKD), '{invisible}', '', 'g');
        BEGIN
            bare := btrim(lower(regexp_replace(bare, '{between}+', ' ', 'g') COLLATE "C"));
            IF octet_length(bare) = char_length(bare) THEN
                RETURN bare;
            END IF;
            bare := translate(bare, '{capitals}', '{small}');
            RETURN {opened};
        END
        $fold$;
        CREATE OR REPLACE FUNCTION public.commonweal_fold(value text) RETURNS text
        LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $fold$
            SELECT CASE WHEN octet_length(value) = char_length(value)
            THEN btrim(regexp_replace(lower(value COLLATE "C"), '[^a-z0-9|]+', ' ', 'g'))
            ELSE public.commonweal_fold_letters(value) END
        $fold$
    """


_UNFOLD = "DROP FUNCTION public.commonweal_fold(text); DROP FUNCTION public.commonweal_fold_letters(text)"


def _make(_apps, editor):
    # Not when this file is imported, as every start of the program does: looking at each code point takes seconds.
    editor.execute(_fold(), params=None)


def _drop(_apps, editor):
    editor.execute(_UNFOLD, params=None)


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.RunPython(_make, _drop),
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
