"""What was asked and accepted is never taken away."""

from django.db import migrations

ASKED = """
CREATE TRIGGER membership_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON membership_informationnote
  FOR EACH STATEMENT EXECUTE FUNCTION people_only_grows();
CREATE TRIGGER membership_only_grows BEFORE DELETE OR TRUNCATE ON membership_application
  FOR EACH STATEMENT EXECUTE FUNCTION people_only_grows();
-- What was asked never changes; only where it stands does.
CREATE TRIGGER membership_asked_stays BEFORE UPDATE OF communication, person_id, organisation_id, share_class, count,
  price_cents, note_id, asked_at ON membership_application
  FOR EACH STATEMENT EXECUTE FUNCTION people_only_grows();
"""
APPLICATIONS = """
-- Money that counts for an application counts for one that is there: it is named by kind and number, and never goes away.
CREATE FUNCTION membership_application_is_there() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM membership_application WHERE id = split_part(NEW.subject, ':', 2)::bigint) THEN
    RAISE EXCEPTION 'there is no %', NEW.subject
      USING ERRCODE = 'check_violation', CONSTRAINT = 'application_is_there';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER membership_application_is_there BEFORE INSERT ON treasury_handling
  FOR EACH ROW WHEN (NEW.subject ~ '^application:[0-9]{1,18}$') EXECUTE FUNCTION membership_application_is_there();
"""
DROP = """
DROP FUNCTION membership_application_is_there CASCADE;
DROP TRIGGER membership_only_grows ON membership_informationnote;
DROP TRIGGER membership_only_grows ON membership_application;
DROP TRIGGER membership_asked_stays ON membership_application;
"""


class Migration(migrations.Migration):
    dependencies = [("membership", "0003_guards_of_shares"), ("treasury", "0003_guards_of_movements")]
    operations = [migrations.RunSQL(ASKED + APPLICATIONS, DROP)]
