"""Someone is found among hundreds of thousands: by name without accents, by e-mail address, by the end of a number."""

from django.db import migrations

NAMES = """
-- Every word of two names, and each name in one piece: "dhondt" and "vandenberghe" are found as well. Words as search sees
-- them, past the parser of text search, which takes vowels of some scripts for gaps. Six hundred letters: what expands.
CREATE FUNCTION public.commonweal_name_words(first text, second text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $words$
  SELECT array_to_tsvector(array_remove(
    string_to_array(left(public.commonweal_fold(first || ' ' || second), 600), ' ')
    || left(replace(public.commonweal_fold(first), ' ', ''), 600)
    || left(replace(public.commonweal_fold(second), ' ', ''), 600), ''))
$words$;
CREATE INDEX people_person_search ON people_person USING gin (public.commonweal_name_words(given_name, family_name));
CREATE INDEX organisation_words ON people_organisation USING gin (public.commonweal_name_words(name, ''));
"""

CONTACTS = """
CREATE INDEX person_email_start ON people_person (lower(email) text_pattern_ops) WHERE email <> '';
CREATE INDEX person_phone_tail ON people_person (right(regexp_replace(phone, '\\D', '', 'g'), 8)) WHERE phone <> '';
"""
DROP = """
DROP INDEX person_email_start, person_phone_tail, people_person_search, organisation_words;
DROP FUNCTION public.commonweal_name_words;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0002_guards_of_events"), ("places", "0002_folded_names")]
    operations = [migrations.RunSQL(NAMES + CONTACTS, DROP)]
