"""Names are found without accents, capitals and signs: the search function mirrors `commonweal.kernel.text.folded`.

`tests/places` holds the two together.
"""

import unicodedata

from django.db import migrations

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
# Letters, figures, private signs, halves of signs and what nobody has assigned: never taken for a blank, but for those named.
_NEITHER = ("Ll", "Lu", "Lo", "Nd", "Nl", "No", "Co", "Cs", "Cn")
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
    return point in _FILLERS or unicodedata.combining(letter) or unicodedata.category(letter) in ("Cf", "Me")


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
    named = _FILLERS.union(map(ord, _BLANKS))
    points = [
        point for point in range(1, _END) if point in named or unicodedata.category(chr(point)) not in _NEITHER
    ]
    invisible = _class([point for point in points if _invisible(point)])
    between = _class([point for point in points if not _invisible(point) and _between(point)])
    return f"""
        CREATE FUNCTION public.commonweal_fold_letters(value text) RETURNS text
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
        CREATE FUNCTION public.commonweal_fold(value text) RETURNS text
        LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $fold$
            SELECT CASE WHEN octet_length(value) = char_length(value)
            THEN btrim(regexp_replace(lower(value COLLATE "C"), '[^a-z0-9|]+', ' ', 'g'))
            ELSE public.commonweal_fold_letters(value) END
        $fold$
    """


def _make_fold(_apps, editor):
    # Made when it is applied: each command reads its migrations, and goes through all of Unicode for it only once.
    editor.execute(_fold())


_UNFOLD = "DROP FUNCTION public.commonweal_fold(text); DROP FUNCTION public.commonweal_fold_letters(text)"


class Migration(migrations.Migration):
    dependencies = [("places", "0001_initial")]
    operations = [migrations.RunPython(_make_fold, lambda _apps, editor: editor.execute(_UNFOLD))]
