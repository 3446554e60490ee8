"""What was written to somebody stays as it was sent, or is erased whole; a mandate stays as it was given, and ends once."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION people_message_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (OLD.event_id, OLD.person_id, OLD.language, OLD.by_letter)
      IS DISTINCT FROM (NEW.event_id, NEW.person_id, NEW.language, NEW.by_letter)
    -- Erased with the name of whom it was written to, and then all of it.
    OR (OLD.subject, OLD.body, OLD.address) IS DISTINCT FROM (NEW.subject, NEW.body, NEW.address)
      AND (NEW.subject, NEW.body, NEW.address) <> ('', '', '')
    OR OLD.sent_at IS NOT NULL AND NEW.sent_at IS NULL
  THEN
    RAISE EXCEPTION 'a message stays as it was written, or is erased whole'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'message_stays';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER people_message_guard BEFORE UPDATE OR DELETE ON people_message
  FOR EACH ROW EXECUTE FUNCTION people_message_guard();

CREATE FUNCTION people_mandate_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.withdrawn_at IS NOT NULL
    OR (OLD.principal_id, OLD.agent_id, OLD.scope, OLD.starts_on, OLD.ends_on)
      IS DISTINCT FROM (NEW.principal_id, NEW.agent_id, NEW.scope, NEW.starts_on, NEW.ends_on)
  THEN
    RAISE EXCEPTION 'a mandate stays as it was given, and is withdrawn once'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'mandate_stays';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER people_mandate_guard BEFORE UPDATE OR DELETE ON people_mandate
  FOR EACH ROW EXECUTE FUNCTION people_mandate_guard();
"""
DROP = "DROP FUNCTION people_message_guard, people_mandate_guard CASCADE"


class Migration(migrations.Migration):
    dependencies = [("people", "0004_guards_of_staff")]
    operations = [migrations.RunSQL(GUARDS, DROP)]
