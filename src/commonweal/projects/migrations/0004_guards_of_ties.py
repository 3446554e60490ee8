"""What was declared about ties stays as it was declared; a tie is lifted once, and it is known by whom."""

from django.db import migrations

TIES = """
CREATE FUNCTION projects_tie_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'UPDATE' OR OLD.lifted_at IS NOT NULL
    OR (OLD.dossier_id, OLD.person_id, OLD.has_conflict, OLD.text, OLD.at)
      IS DISTINCT FROM (NEW.dossier_id, NEW.person_id, NEW.has_conflict, NEW.text, NEW.at)
  THEN
    RAISE EXCEPTION 'what was declared about ties stays; a tie is lifted once' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER projects_tie_guard BEFORE UPDATE OR DELETE ON projects_conflictdeclaration
  FOR EACH ROW EXECUTE FUNCTION projects_tie_guard();
"""
DROP = "DROP FUNCTION projects_tie_guard CASCADE"


class Migration(migrations.Migration):
    dependencies = [("projects", "0003_guards_of_calls")]
    operations = [migrations.RunSQL(TIES, DROP)]
