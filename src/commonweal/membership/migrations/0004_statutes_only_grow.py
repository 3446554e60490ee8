"""Dated statutes are only ever added to: what held on a day in the past cannot be told otherwise later."""

from django.db import migrations

GUARD = """
CREATE FUNCTION membership_statutes_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'statutes are only ever added to' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER membership_statutes_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON membership_shareterms
  FOR EACH STATEMENT EXECUTE FUNCTION membership_statutes_only_grow();
CREATE TRIGGER membership_statutes_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON membership_statutesetting
  FOR EACH STATEMENT EXECUTE FUNCTION membership_statutes_only_grow();
"""
DROP = """
DROP TRIGGER membership_statutes_only_grow ON membership_statutesetting;
DROP TRIGGER membership_statutes_only_grow ON membership_shareterms;
DROP FUNCTION membership_statutes_only_grow;
"""


class Migration(migrations.Migration):
    dependencies = [("membership", "0003_statutes")]
    operations = [migrations.RunSQL(GUARD, DROP)]
