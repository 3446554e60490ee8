"""The announced days of a call move later only: nobody who counted on one comes too late. Calls and dossiers begin at
their beginning."""

from django.db import migrations

DAYS = """
CREATE FUNCTION projects_call_days() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'prepared' THEN RETURN NEW; END IF;
  IF NEW.state = 'prepared'
     OR NEW.applies_from <> OLD.applies_from
     OR NEW.applies_until < OLD.applies_until OR NEW.check_until < OLD.check_until
     OR NEW.vote_from < OLD.vote_from OR NEW.vote_until < OLD.vote_until OR NEW.publish_on < OLD.publish_on
     OR (OLD.state <> 'applications' AND NEW.applies_until <> OLD.applies_until)
     OR (OLD.state NOT IN ('applications', 'check') AND (NEW.check_until, NEW.vote_from, NEW.vote_until,
         NEW.publish_on) IS DISTINCT FROM (OLD.check_until, OLD.vote_from, OLD.vote_until, OLD.publish_on)) THEN
    RAISE EXCEPTION 'the announced days of a call move later only'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'call_days_move_later';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER projects_call_days BEFORE UPDATE ON projects_call
  FOR EACH ROW EXECUTE FUNCTION projects_call_days();
"""
BEGINS = """
CREATE TRIGGER begins_first BEFORE INSERT ON projects_call
  FOR EACH ROW EXECUTE FUNCTION people_begins('prepared');
CREATE TRIGGER begins_first BEFORE INSERT ON projects_dossier
  FOR EACH ROW EXECUTE FUNCTION people_begins('draft');
"""
DROP = """
DROP FUNCTION projects_call_days CASCADE;
DROP TRIGGER begins_first ON projects_call; DROP TRIGGER begins_first ON projects_dossier;
"""


class Migration(migrations.Migration):
    dependencies = [("projects", "0002_search"), ("people", "0002_guards_of_events")]
    operations = [migrations.RunSQL(DAYS + BEGINS, DROP)]
