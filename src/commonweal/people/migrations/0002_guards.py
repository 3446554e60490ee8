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
CREATE INDEX people_person_search ON people_person USING gin
  (to_tsvector('simple', public.commonweal_fold(given_name || ' ' || family_name)));
"""
DROP = """
DROP INDEX people_person_search;
ALTER TABLE people_event DROP CONSTRAINT event_says_what_happened;
DROP TRIGGER people_event_never_emptied ON people_event;
DROP TRIGGER people_event_guard ON people_event;
DROP FUNCTION people_event_guard;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("places", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, DROP)]
