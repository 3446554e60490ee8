"""What was asked and accepted is never taken away."""

from django.db import migrations

ASKED = """
CREATE TRIGGER membership_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON membership_informationnote
  FOR EACH STATEMENT EXECUTE FUNCTION people_only_grows();
CREATE TRIGGER membership_only_grows BEFORE DELETE OR TRUNCATE ON membership_application
  FOR EACH STATEMENT EXECUTE FUNCTION people_only_grows();
-- What was asked never changes; only where it stands does.
CREATE TRIGGER membership_asked_stays BEFORE UPDATE OF token, channel, communication, person_id, organisation_id, share_class,
  count, price_cents, note_id, asked_at ON membership_application
  FOR EACH STATEMENT EXECUTE FUNCTION people_only_grows();

-- When it moved and why is written as it moves; why it is stuck, while it is paid. The last day to pay is set as it begins to
-- wait for its money, and lies after that day, by a year at most.
CREATE FUNCTION membership_application_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE moved_on date := (NEW.changed_at AT TIME ZONE 'Europe/Brussels')::date;
BEGIN
  IF NEW.state = OLD.state AND (NEW.changed_at <> OLD.changed_at OR NEW.member_id IS DISTINCT FROM OLD.member_id
       OR (NEW.reason <> OLD.reason AND NEW.state <> 'paid'))
     OR (NEW.lapses_on <> OLD.lapses_on AND (NEW.state <> 'awaiting'
       OR NEW.lapses_on NOT BETWEEN moved_on AND moved_on + 366)) THEN
    RAISE EXCEPTION 'request % keeps when it moved, why, and until when it waits', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'application_moves';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER membership_application_moves BEFORE UPDATE ON membership_application
  FOR EACH ROW EXECUTE FUNCTION membership_application_moves();
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
DROP FUNCTION membership_application_is_there, membership_application_moves CASCADE;
DROP TRIGGER membership_only_grows ON membership_informationnote;
DROP TRIGGER membership_only_grows ON membership_application;
DROP TRIGGER membership_asked_stays ON membership_application;
"""


class Migration(migrations.Migration):
    dependencies = [("membership", "0003_guards_of_shares"), ("treasury", "0003_guards_of_movements")]
    operations = [migrations.RunSQL(ASKED + APPLICATIONS, DROP)]
