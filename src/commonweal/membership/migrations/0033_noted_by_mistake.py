"""What was there before an estate was noted, so that one noted by mistake is undone as if it had not been."""

import django.db.models.deletion
from django.db import migrations, models

GUARDS = """
DO $do$ DECLARE body text := pg_get_functiondef('membership_estate_moves'::regproc);
BEGIN
  body := replace(body, 'NEW.opened_by_id)', 'NEW.opened_by_id, NEW.left_before, NEW.overtook_id)');
  EXECUTE replace(body, 'OLD.opened_by_id)', 'OLD.opened_by_id, OLD.left_before, OLD.overtook_id)');
END $do$;
DO $do$ DECLARE body text := pg_get_functiondef('membership_request_moves'::regproc);
BEGIN
  IF position('OLD.closed_at) THEN' IN body) = 0 THEN RAISE EXCEPTION 'no moment of closing'; END IF;
  body := replace(body, 'OLD.closed_at) THEN',
    'OLD.closed_at AND (OLD.state, NEW.state) <> (''overtaken'', ''waiting'')) THEN');
  EXECUTE replace(body, $a$('paid', 'part'),$a$, $a$('paid', 'part'), ('overtaken', 'waiting'),$a$);
END $do$;
CREATE FUNCTION membership_request_waits_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM membership_exitseason WHERE id = NEW.season_id AND state = 'collecting')
     OR NOT EXISTS (SELECT FROM membership_estate WHERE overtook_id = NEW.id AND state = 'withdrawn') THEN
    RAISE EXCEPTION 'a request waits again only where an estate was noted by mistake, in a season that collects'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'exit_request_moves';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER membership_request_waits_again BEFORE UPDATE ON membership_exitrequest FOR EACH ROW
  WHEN (OLD.state = 'overtaken' AND NEW.state = 'waiting') EXECUTE FUNCTION membership_request_waits_again();
"""


class Migration(migrations.Migration):
    dependencies = [("membership", "0032_means_shared_once")]

    operations = [
        migrations.AddField(
            model_name="estate", name="left_before", field=models.DateField(blank=True, null=True)
        ),
        migrations.AddField(
            model_name="estate",
            name="overtook",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="membership.exitrequest",
            ),
        ),
        migrations.RunSQL(GUARDS),
    ]
