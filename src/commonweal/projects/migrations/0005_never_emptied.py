"""Calls, dossiers and what was said about them are never emptied: row triggers see no TRUNCATE."""

from django.db import migrations

TABLES = (
    "rulerow",
    "call",
    "call_ambitions",
    "calltext",
    "dossier",
    "ambitionclaim",
    "costline",
    "supportask",
    "partnerline",
    "photo",
    "informationrequest",
    "internalnote",
    "conflictdeclaration",
)
KEPT = "".join(
    f"CREATE TRIGGER projects_never_emptied BEFORE TRUNCATE ON projects_{table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION people_never_emptied();\n"
    f"REVOKE TRUNCATE ON projects_{table} FROM PUBLIC, CURRENT_USER;\n"
    for table in TABLES
)
DROP = "".join(f"DROP TRIGGER projects_never_emptied ON projects_{table};\n" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("projects", "0004_guards_of_ties"), ("people", "0004_guards_of_staff")]
    operations = [migrations.RunSQL(KEPT, DROP)]
