"""Whose papers the secretary saw when an organisation asked for shares goes on speaking for it."""

from django.db import migrations

# Who accepted is on the event of the move. Someone who accepted their own papers is looked at anew.
CARRY = """
UPDATE people_position p SET confirmed_at = e.at, confirmed_by_id = e.by_id
FROM membership_application a
JOIN people_event e ON e.subject = 'application:' || a.id AND e.name = 'ApplicationMoved' AND e.data->>'to' = 'awaiting'
WHERE p.organisation_id = a.organisation_id AND p.person_id = a.representative_id AND p.kind = 'contact'
  AND p.ends_on IS NULL AND e.by_id IS NOT NULL AND e.by_id <> p.person_id;
"""


class Migration(migrations.Migration):
    dependencies = [("membership", "0019_conversions"), ("people", "0006_confirmed_speakers")]
    operations = [migrations.RunSQL(CARRY, migrations.RunSQL.noop)]
