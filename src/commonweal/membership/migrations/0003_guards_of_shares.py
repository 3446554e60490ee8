"""Dated statutes and notes about the accreditation are only ever added to; a conversion is answered once."""

from django.db import migrations

STATUTES = """
-- What held on a day in the past cannot be told otherwise later; what was noted of the accreditation neither.
CREATE FUNCTION membership_statutes_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'statutes are only ever added to' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER membership_statutes_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON membership_shareterms
  FOR EACH STATEMENT EXECUTE FUNCTION membership_statutes_only_grow();
CREATE TRIGGER membership_statutes_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON membership_statutesetting
  FOR EACH STATEMENT EXECUTE FUNCTION membership_statutes_only_grow();
CREATE TRIGGER membership_notes_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON membership_accreditationnote
  FOR EACH STATEMENT EXECUTE FUNCTION membership_statutes_only_grow();
"""

# Who asked to convert shares or offered some, and what they were told, is never taken away.
KEPT = {
    "conversionrequest": "DELETE",
    "shareoffer": "DELETE",
    "import": "DELETE",
}
ONLY_GROWS = "".join(
    f"CREATE TRIGGER membership_only_grows BEFORE {change} OR TRUNCATE ON membership_{table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION membership_only_grows();\n"
    for table, change in KEPT.items()
)

CONVERSIONS = """
-- An answer is booked in the register: it comes once, to what was asked.
CREATE FUNCTION membership_conversion_answered() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE answer text[] := ARRAY['state', 'answered_at', 'reason', 'operation_id'];
BEGIN
  IF OLD.state <> 'asked' OR (to_jsonb(NEW) - answer) IS DISTINCT FROM (to_jsonb(OLD) - answer) THEN
    RAISE EXCEPTION 'a request to convert shares is answered once, as it was asked'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'conversion_frozen';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER membership_conversion_answered BEFORE UPDATE ON membership_conversionrequest
  FOR EACH ROW EXECUTE FUNCTION membership_conversion_answered();
"""
DROP = """
DROP FUNCTION membership_statutes_only_grow, membership_conversion_answered CASCADE;
""" + "".join(f"DROP TRIGGER membership_only_grows ON membership_{table};\n" for table in KEPT)


class Migration(migrations.Migration):
    dependencies = [("membership", "0002_guards_of_members")]
    operations = [migrations.RunSQL(STATUTES + ONLY_GROWS + CONVERSIONS, DROP)]
