"""Roles that watch each other are held by two persons; the last administrator stays; a reset of factors is not rewritten."""

from django.db import migrations

GUARD = """
CREATE FUNCTION people_roles_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('people roles'), NEW.person_id::int);
  IF EXISTS (
    SELECT 1 FROM people_staffappointment held
    WHERE held.person_id = NEW.person_id AND held.id <> NEW.id AND held.role <> NEW.role
      AND (held.role = 'administrator' OR NEW.role = 'administrator'
        OR (held.role, NEW.role) IN (('programme', 'counter'), ('counter', 'programme')))
      AND daterange(held.starts_on, held.ends_on, '[]') && daterange(NEW.starts_on, NEW.ends_on, '[]')
  ) THEN
    RAISE EXCEPTION 'these roles are not held together' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER people_roles_apart BEFORE INSERT OR UPDATE ON people_staffappointment
  FOR EACH ROW EXECUTE FUNCTION people_roles_apart();

-- Whether someone beside a person may still give roles. Waits for who ends another administrator at this moment.
CREATE FUNCTION people_other_administrator(beside bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('people administrators'));
  RETURN EXISTS (
    SELECT 1 FROM people_staffappointment held
    LEFT JOIN people_account account ON account.person_id = held.person_id
    WHERE held.role = 'administrator' AND held.ends_on IS NULL AND held.person_id <> beside
      AND coalesce(account.is_active, true)
  );
END $$;

CREATE FUNCTION people_last_administrator() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.role = 'administrator' AND OLD.ends_on IS NULL
    AND (TG_OP = 'DELETE' OR NEW.role <> OLD.role OR NEW.ends_on IS NOT NULL OR NEW.person_id <> OLD.person_id)
    AND NOT people_other_administrator(OLD.person_id)
  THEN
    RAISE EXCEPTION 'the last administrator stays' USING ERRCODE = 'check_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER people_last_administrator BEFORE UPDATE OR DELETE ON people_staffappointment
  FOR EACH ROW EXECUTE FUNCTION people_last_administrator();

CREATE FUNCTION people_last_administrator_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.is_active AND NOT NEW.is_active
    AND EXISTS (SELECT 1 FROM people_staffappointment
      WHERE person_id = OLD.person_id AND role = 'administrator' AND ends_on IS NULL)
    AND NOT people_other_administrator(OLD.person_id)
  THEN
    RAISE EXCEPTION 'the account of the last administrator stays open' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER people_last_administrator_open BEFORE UPDATE ON people_account
  FOR EACH ROW EXECUTE FUNCTION people_last_administrator_open();

CREATE FUNCTION people_factor_reset_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'UPDATE' OR OLD.confirmed_at IS NOT NULL OR OLD.dropped_at IS NOT NULL
    OR (OLD.person_id, OLD.why, OLD.asked_by_id, OLD.asked_at)
      IS DISTINCT FROM (NEW.person_id, NEW.why, NEW.asked_by_id, NEW.asked_at)
  THEN
    RAISE EXCEPTION 'a reset of second factors is confirmed or dropped once, and not rewritten'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER people_factor_reset_guard BEFORE UPDATE OR DELETE ON people_factorreset
  FOR EACH ROW EXECUTE FUNCTION people_factor_reset_guard();
"""
DROP = """
DROP TRIGGER people_factor_reset_guard ON people_factorreset;
DROP FUNCTION people_factor_reset_guard;
DROP TRIGGER people_last_administrator_open ON people_account;
DROP FUNCTION people_last_administrator_open;
DROP TRIGGER people_last_administrator ON people_staffappointment;
DROP FUNCTION people_last_administrator;
DROP FUNCTION people_other_administrator(bigint);
DROP TRIGGER people_roles_apart ON people_staffappointment;
DROP FUNCTION people_roles_apart;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0009_signing_in")]
    operations = [migrations.RunSQL(GUARD, DROP)]
