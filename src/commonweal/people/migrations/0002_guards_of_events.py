"""The audit trail only grows, and so do consents: who agreed to what, and when, can be shown later.

And what every area's guards use: whatever has a state begins in its first one."""

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
BEGINS = """
-- Whatever moves from state to state begins in one of those named, or it was never asked, approved or counted: a row
-- that is born further on passes by every guard of its moves. The areas above put it on each table with a state.
CREATE FUNCTION people_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT NEW.state = ANY (TG_ARGV) THEN
    RAISE EXCEPTION 'a row of % begins as %', TG_TABLE_NAME, array_to_string(TG_ARGV, ' or ')
      USING ERRCODE = 'check_violation', CONSTRAINT = 'begins_in_its_first_state';
  END IF;
  RETURN NEW;
END $$;

-- The same of what has no state but a moment: when it was read in, paid or typed a second time. The areas above say WHEN.
CREATE FUNCTION people_begins_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a row of % begins open', TG_TABLE_NAME
    USING ERRCODE = 'check_violation', CONSTRAINT = 'begins_open';
END $$;
"""
DROP = """
DROP FUNCTION people_begins, people_begins_open CASCADE;
ALTER TABLE people_event DROP CONSTRAINT event_says_what_happened;
DROP FUNCTION people_event_guard, people_consent_guard CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [migrations.RunSQL(EVENTS + CONSENTS + BEGINS, DROP)]
