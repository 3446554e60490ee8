"""The audit trail only grows; names are found without accents."""

from django.db import migrations

GUARD = """
CREATE FUNCTION people_event_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit trail only grows'; END $$;
CREATE TRIGGER people_event_guard BEFORE UPDATE OR DELETE ON people_event
  FOR EACH ROW EXECUTE FUNCTION people_event_guard();
-- Row triggers see no TRUNCATE.
CREATE TRIGGER people_event_never_emptied BEFORE TRUNCATE ON people_event
  FOR EACH STATEMENT EXECUTE FUNCTION people_event_guard();
REVOKE TRUNCATE ON people_event FROM PUBLIC, CURRENT_USER;
ALTER TABLE people_event ADD CONSTRAINT event_says_what_happened
  CHECK (name <> '' AND subject <> '' AND jsonb_typeof(data) = 'object');
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
"""
DROP = """
DROP INDEX people_person_search;
DROP FUNCTION public.commonweal_name_words(text, text);
ALTER TABLE people_event DROP CONSTRAINT event_says_what_happened;
DROP TRIGGER people_event_never_emptied ON people_event;
DROP TRIGGER people_event_guard ON people_event;
DROP FUNCTION people_event_guard;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("places", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, DROP)]
