"""Projects are found by their words, without accents."""

from django.db import migrations

INDEX = """
CREATE INDEX projects_dossier_search ON projects_dossier USING gin
  (to_tsvector('simple', public.commonweal_fold(title || ' ' || summary || ' ' || place_detail)));
"""


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_initial"), ("places", "0002_folded_names")]
    operations = [migrations.RunSQL(INDEX, "DROP INDEX projects_dossier_search")]
