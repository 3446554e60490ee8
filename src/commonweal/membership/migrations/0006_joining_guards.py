"""Notes and bank movements are only ever added; what was asked, uploaded and decided is never taken away."""

from django.db import migrations

GUARD = """
CREATE FUNCTION membership_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER membership_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON membership_informationnote
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_added();
CREATE TRIGGER membership_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON membership_bankmovement
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_added();
CREATE TRIGGER membership_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON membership_accountstatement
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_added();
CREATE TRIGGER membership_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON membership_repeatedmovement
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_added();
CREATE TRIGGER membership_only_added BEFORE DELETE OR TRUNCATE ON membership_application
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_added();
CREATE TRIGGER membership_only_added BEFORE TRUNCATE ON membership_bankfile
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_added();
-- A file that was looked at and not read in may go; one that was read in is an accounting document.
CREATE TRIGGER membership_read_in_stays BEFORE DELETE ON membership_bankfile
  FOR EACH ROW WHEN (OLD.confirmed_at IS NOT NULL) EXECUTE FUNCTION membership_only_added();
CREATE TRIGGER membership_read_in_once BEFORE UPDATE OF name, uploaded_by_id, uploaded_at, confirmed_by_id, confirmed_at
  ON membership_bankfile FOR EACH ROW WHEN (OLD.confirmed_at IS NOT NULL) EXECUTE FUNCTION membership_only_added();
CREATE TRIGGER membership_only_added BEFORE DELETE OR TRUNCATE ON membership_handling
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_added();
CREATE TRIGGER membership_only_added BEFORE DELETE OR TRUNCATE ON membership_refund
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_added();

-- What a file holds, what was asked and for what money counts never changes; only where it stands does.
CREATE TRIGGER membership_file_stays BEFORE UPDATE OF digest, content, reading ON membership_bankfile
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_added();
CREATE TRIGGER membership_asked_stays BEFORE UPDATE OF communication, person_id, organisation_id, share_class, count,
  price_cents, note_id, asked_at ON membership_application
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_added();
CREATE TRIGGER membership_decision_stays BEFORE UPDATE ON membership_handling
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_added();
"""
DROP = """
DROP TRIGGER membership_decision_stays ON membership_handling;
DROP TRIGGER membership_asked_stays ON membership_application;
DROP TRIGGER membership_file_stays ON membership_bankfile;
DROP TRIGGER membership_only_added ON membership_refund;
DROP TRIGGER membership_only_added ON membership_handling;
DROP TRIGGER membership_read_in_once ON membership_bankfile;
DROP TRIGGER membership_read_in_stays ON membership_bankfile;
DROP TRIGGER membership_only_added ON membership_bankfile;
DROP TRIGGER membership_only_added ON membership_application;
DROP TRIGGER membership_only_added ON membership_accountstatement;
DROP TRIGGER membership_only_added ON membership_repeatedmovement;
DROP TRIGGER membership_only_added ON membership_bankmovement;
DROP TRIGGER membership_only_added ON membership_informationnote;
DROP FUNCTION membership_only_added;
"""


class Migration(migrations.Migration):
    dependencies = [("membership", "0005_joining")]
    operations = [migrations.RunSQL(GUARD, DROP)]
