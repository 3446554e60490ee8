"""One dividend is one run, and what is given out of the same means is counted together: other dividends, exit seasons."""

from django.db import migrations, models

# Of two equal ones that nobody approved the later is withdrawn; what was approved twice stays, and is told by the rule.
ONCE = """
UPDATE membership_dividendrun r SET state = 'withdrawn', reason = 'The same dividend was proposed twice.'
WHERE state = 'proposed' AND EXISTS (SELECT FROM membership_dividendrun o WHERE o.id <> r.id AND o.state <> 'withdrawn'
  AND (o.year_starts_on, o.year_ends_on, o.decided_on, o.rates) = (r.year_starts_on, r.year_ends_on, r.decided_on, r.rates)
  AND (o.id < r.id OR o.state <> 'proposed'));
"""

GUARD = """
CREATE FUNCTION membership_promised_since(since date, but_run bigint) RETURNS numeric LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT sum(r.gross_cents) FROM membership_dividendrun r
      WHERE r.state IN ('approved', 'paid_out', 'closed') AND r.id <> but_run
        AND greatest(r.decided_on, (SELECT (max(a.at) AT TIME ZONE 'Europe/Brussels')::date
          FROM membership_dividendapproval a WHERE a.run_id = r.id)) >= since), 0)
    + coalesce((SELECT sum(f.cents) FROM membership_exitrefund f JOIN membership_exitrequest q ON q.id = f.request_id
      JOIN membership_exitseason s ON s.id = q.season_id AND s.state = 'decided'
      WHERE greatest(s.decided_on, (s.decided_at AT TIME ZONE 'Europe/Brussels')::date) >= since), 0)
$$;
CREATE OR REPLACE FUNCTION dividend_within_tests() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE kinds integer; room numeric;
BEGIN
  SELECT count(*), min(left_over) INTO kinds, room FROM (
    SELECT DISTINCT ON (kind) have_cents - keep_cents - membership_promised_since(as_of, NEW.id) AS left_over
    FROM membership_dividendtest WHERE run_id = NEW.id ORDER BY kind, id DESC) latest;
  IF kinds < 2 OR NEW.gross_cents > room THEN
    PERFORM dividend_refuse('both tests leave what is shared out', 'dividend_within_tests');
  END IF;
  RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("membership", "0031_owed_to_the_dead")]

    operations = [
        migrations.RunSQL(ONCE),
        migrations.AddConstraint(
            model_name="dividendrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "withdrawn"), _negated=True),
                fields=("year_starts_on", "year_ends_on", "decided_on", "rates"),
                name="dividend_proposed_once",
            ),
        ),
        migrations.RunSQL(GUARD),
    ]
