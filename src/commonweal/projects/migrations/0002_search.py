"""Projects are found by their words, without accents; the announced days of a call move later only."""

from django.db import migrations

INDEX = """
CREATE INDEX projects_dossier_search ON projects_dossier USING gin
  (to_tsvector('simple', public.commonweal_fold(title || ' ' || summary || ' ' || place_detail)));
"""

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
DROP_DAYS = "DROP TRIGGER projects_call_days ON projects_call; DROP FUNCTION projects_call_days;"


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_initial"), ("places", "0001_initial")]
    operations = [migrations.RunSQL(INDEX, "DROP INDEX projects_dossier_search"), migrations.RunSQL(DAYS, DROP_DAYS)]
