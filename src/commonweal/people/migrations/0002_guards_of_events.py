"""The audit trail only grows, and so do consents: who agreed to what, and when, can be shown later."""

from django.db import migrations

EVENTS = """
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
"""

CONSENTS = """
CREATE FUNCTION people_consent_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'consents are only ever added to' USING ERRCODE = 'check_violation'; END $$;
CREATE TRIGGER people_consent_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON people_consent
  FOR EACH STATEMENT EXECUTE FUNCTION people_consent_guard();
"""
DROP = """
ALTER TABLE people_event DROP CONSTRAINT event_says_what_happened;
DROP FUNCTION people_event_guard, people_consent_guard CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [migrations.RunSQL(EVENTS + CONSENTS, DROP)]
