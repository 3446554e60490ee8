"""Dividends by class of shares, with their two tests and what is too little to be paid; heirs are paid for the dead."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

GUARDS = """
-- A run rests on a whole financial year: no two of them share a day unless they are of the same one.
CREATE FUNCTION dividend_one_year() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM membership_dividendrun r WHERE r.id <> NEW.id AND r.state <> 'withdrawn'
      AND r.year_starts_on <= NEW.year_ends_on AND r.year_ends_on >= NEW.year_starts_on
      AND (r.year_starts_on, r.year_ends_on) <> (NEW.year_starts_on, NEW.year_ends_on)) THEN
    PERFORM dividend_refuse('a financial year is not cut in parts', 'dividend_one_year');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER dividend_one_year BEFORE INSERT ON membership_dividendrun
  FOR EACH ROW EXECUTE FUNCTION dividend_one_year();

-- It is approved with both tests, and within what the latest of each kind leaves.
CREATE FUNCTION dividend_within_tests() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE kinds integer; room bigint;
BEGIN
  SELECT count(*), min(left_over) INTO kinds, room FROM (
    SELECT DISTINCT ON (kind) have_cents - keep_cents AS left_over FROM membership_dividendtest
    WHERE run_id = NEW.id ORDER BY kind, id DESC) latest;
  IF kinds < 2 OR NEW.gross_cents > room THEN
    PERFORM dividend_refuse('both tests leave what is shared out', 'dividend_within_tests');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER dividend_within_tests BEFORE UPDATE ON membership_dividendrun FOR EACH ROW
  WHEN (OLD.state = 'proposed' AND NEW.state = 'approved') EXECUTE FUNCTION dividend_within_tests();

-- A dividend names nobody it pays but who claims the estate of its holder; the same claimant is paid of each dividend once.
CREATE OR REPLACE FUNCTION membership_payment_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong bigint;
BEGIN
  EXECUTE 'SELECT a.id FROM added a LEFT JOIN membership_paymentfile f ON f.id = a.file_id
    WHERE f.kind IS NULL OR (f.kind <> ''dividend'' AND a.pays IS NULL)
      OR (f.kind = ''overpaid'') <> (a.member_id IS NULL) LIMIT 1' INTO wrong;
  IF wrong IS NULL AND EXISTS (SELECT FROM added WHERE pays IS NOT NULL) THEN
    EXECUTE 'SELECT a.id FROM added a JOIN membership_paymentfile f ON f.id = a.file_id
      JOIN membership_payment o ON o.pays = a.pays AND o.id <> a.id
      JOIN membership_paymentfile g ON g.id = o.file_id AND g.kind = f.kind
        AND (f.kind <> ''dividend'' OR g.reference = f.reference)
      WHERE NOT EXISTS (SELECT FROM membership_returnedpayment b WHERE b.payment_id = o.id) LIMIT 1' INTO wrong;
  END IF;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'payment % pays nothing, or what is paid already', wrong
      USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_stands_once';
  END IF;
  RETURN NULL;
END $$;

-- Whoever died or was wound up is paid nothing: those who claim their settled estate are.
CREATE FUNCTION membership_estates_are_paid() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong bigint;
BEGIN
  EXECUTE 'SELECT a.id FROM added a JOIN membership_paymentfile f ON f.id = a.file_id
    LEFT JOIN membership_estate e ON e.member_id = a.member_id AND e.state <> ''withdrawn''
    LEFT JOIN membership_claimant c ON c.id = a.pays AND c.estate_id = e.id AND e.state <> ''open''
    WHERE (f.kind = ''dividend'' AND (a.pays IS NULL) <> (e.id IS NULL))
      OR (f.kind = ''dividend'' AND a.pays IS NOT NULL AND c.id IS NULL)
      OR (f.kind IN (''exit'', ''exclusion'') AND e.id IS NOT NULL) LIMIT 1' INTO wrong;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'payment % is not to who claims the estate', wrong
      USING ERRCODE = 'check_violation', CONSTRAINT = 'estates_are_paid';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER membership_estates_are_paid AFTER INSERT ON membership_payment REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION membership_estates_are_paid();

CREATE TRIGGER membership_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON membership_dividendtest
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_grows();
CREATE TRIGGER membership_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON membership_dividendcarry
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_grows();
"""

TESTS = [("net_assets", "net-asset test"), ("liquidity", "liquidity test")]


class Migration(migrations.Migration):
    dependencies = [("membership", "0026_paid_countries"), ("people", "0006_confirmed_speakers")]

    operations = [
        migrations.RemoveConstraint("dividendrun", "dividend_figures_in_order"),
        migrations.RemoveField("dividendrun", "rate_bp"),
        migrations.AddField("dividendrun", "rates", models.JSONField(default=dict), preserve_default=False),
        migrations.AddField("dividendrun", "smallest_cents", models.PositiveBigIntegerField(default=0)),
        migrations.AddConstraint(
            "dividendrun",
            models.CheckConstraint(
                name="dividend_figures_in_order",
                condition=Q(tax_percent__lt=100, tax_cents__lte=F("gross_cents"))
                & Q(booked_count__lte=F("lines_count")),
            ),
        ),
        migrations.CreateModel(
            name="DividendTest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=TESTS, max_length=12)),
                ("as_of", models.DateField()),
                ("have_cents", models.BigIntegerField()),
                ("keep_cents", models.PositiveBigIntegerField()),
                ("document", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tests",
                        to="membership.dividendrun",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.CheckConstraint(name="dividend_test_has_document", condition=~Q(document=""))
                ],
            },
        ),
        migrations.CreateModel(
            name="DividendCarry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cents", models.PositiveBigIntegerField()),
                (
                    "into",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="carried_in",
                        to="membership.dividendrun",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="membership.member"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="carried_on",
                        to="membership.dividendrun",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "indexes": [models.Index(fields=["into", "member"], name="dividend_carried_into")],
                "constraints": [
                    models.UniqueConstraint(fields=("run", "member"), name="dividend_carried_once"),
                    models.CheckConstraint(
                        name="dividend_carried_forward", condition=Q(into__gt=F("run"), cents__gte=1)
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
