"""Indexes for finding someone by e-mail address or by the end of their telephone number, among hundreds of thousands."""

from django.db import migrations

INDEXES = """
CREATE INDEX person_email_start ON people_person (lower(email) text_pattern_ops) WHERE email <> '';
CREATE INDEX person_phone_tail ON people_person (right(regexp_replace(phone, '\\D', '', 'g'), 8)) WHERE phone <> '';
CREATE INDEX organisation_words ON people_organisation USING gin (public.commonweal_name_words(name, ''));
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0002_guards")]
    operations = [
        migrations.RunSQL(
            INDEXES, "DROP INDEX person_email_start; DROP INDEX person_phone_tail; DROP INDEX organisation_words;"
        )
    ]
