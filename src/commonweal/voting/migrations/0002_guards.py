"""Guards the database itself keeps: a frozen ballot stays frozen, a closed box stays closed."""

from django.db import migrations

FROZEN_BALLOT = """
CREATE FUNCTION voting_ballot_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.state <> 'prepared' THEN RAISE EXCEPTION 'an opened ballot is never deleted'; END IF;
    RETURN OLD;
  END IF;
  IF OLD.state <> 'prepared' AND (to_jsonb(NEW) - 'state') IS DISTINCT FROM (to_jsonb(OLD) - 'state') THEN
    RAISE EXCEPTION 'an opened ballot is frozen';
  END IF;
  IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN
     (('prepared','open'), ('open','closed'), ('closed','counted'), ('counted','published')) THEN
    RAISE EXCEPTION 'a ballot only moves forward';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER voting_ballot_guard BEFORE UPDATE OR DELETE ON voting_ballot
  FOR EACH ROW EXECUTE FUNCTION voting_ballot_guard();

CREATE FUNCTION voting_prepared_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ballot bigint; current_state text;
BEGIN
  ballot := CASE WHEN TG_OP = 'DELETE' THEN OLD.ballot_id ELSE NEW.ballot_id END;
  SELECT state INTO current_state FROM voting_ballot WHERE id = ballot;
  IF current_state IS DISTINCT FROM 'prepared' THEN
    RAISE EXCEPTION '% of an opened ballot do not change', TG_TABLE_NAME;
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER voting_option_guard BEFORE INSERT OR UPDATE OR DELETE ON voting_option
  FOR EACH ROW EXECUTE FUNCTION voting_prepared_only();
CREATE TRIGGER voting_voter_guard BEFORE UPDATE OR DELETE ON voting_voter
  FOR EACH ROW EXECUTE FUNCTION voting_prepared_only();

-- A roll of 400,000 arrives in one statement: asked once for all its lines instead of once for each.
CREATE FUNCTION voting_roll_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM (SELECT DISTINCT ballot_id FROM added) a JOIN voting_ballot b ON b.id = a.ballot_id
             WHERE b.state <> 'prepared') THEN
    RAISE EXCEPTION 'voting_voter of an opened ballot do not change';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER voting_roll_guard AFTER INSERT ON voting_voter REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION voting_roll_guard();
"""

BOX = """
CREATE FUNCTION voting_vote_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE current_state text;
BEGIN
  IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'that someone voted is never deleted'; END IF;
  SELECT b.state INTO current_state FROM voting_ballot b JOIN voting_voter v ON v.ballot_id = b.id
    WHERE v.id = NEW.voter_id;
  IF current_state IS DISTINCT FROM 'open' THEN RAISE EXCEPTION 'the ballot is not open'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER voting_vote_guard BEFORE INSERT OR UPDATE OR DELETE ON voting_vote
  FOR EACH ROW EXECUTE FUNCTION voting_vote_guard();

CREATE FUNCTION voting_envelope_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE current_state text; its_ballot bigint; papers bigint; envelopes bigint;
BEGIN
  SELECT state INTO current_state FROM voting_ballot
    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.ballot_id ELSE NEW.ballot_id END;
  IF TG_OP = 'DELETE' THEN
    IF current_state <> 'open' OR OLD.vote_id IS NULL THEN RAISE EXCEPTION 'envelopes stay in the box'; END IF;
    RETURN OLD;
  END IF;
  IF NEW.vote_id IS NOT NULL THEN
    SELECT v.ballot_id INTO its_ballot FROM voting_vote x JOIN voting_voter v ON v.id = x.voter_id
      WHERE x.id = NEW.vote_id;
    IF its_ballot IS DISTINCT FROM NEW.ballot_id THEN RAISE EXCEPTION 'an envelope of another ballot'; END IF;
    IF current_state <> 'open' THEN RAISE EXCEPTION 'the ballot is not open'; END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' THEN RAISE EXCEPTION 'a paper envelope is never changed'; END IF;
  IF current_state NOT IN ('open', 'closed') THEN RAISE EXCEPTION 'the ballot is counted'; END IF;
  PERFORM pg_advisory_xact_lock(hashtext('voting_envelope'), NEW.ballot_id::int);
  SELECT count(*) INTO papers FROM voting_vote x JOIN voting_voter v ON v.id = x.voter_id
    WHERE v.ballot_id = NEW.ballot_id AND x.channel = 'paper';
  SELECT count(*) INTO envelopes FROM voting_envelope WHERE ballot_id = NEW.ballot_id AND vote_id IS NULL;
  IF envelopes >= papers THEN RAISE EXCEPTION 'more paper envelopes than paper ballots handed out'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER voting_envelope_guard BEFORE INSERT OR UPDATE OR DELETE ON voting_envelope
  FOR EACH ROW EXECUTE FUNCTION voting_envelope_guard();

CREATE FUNCTION voting_count_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a count stays as it was made'; END $$;
CREATE TRIGGER voting_count_guard BEFORE UPDATE OR DELETE ON voting_count
  FOR EACH ROW EXECUTE FUNCTION voting_count_guard();
"""

DROP = """
DROP TRIGGER voting_count_guard ON voting_count; DROP FUNCTION voting_count_guard;
DROP TRIGGER voting_envelope_guard ON voting_envelope; DROP FUNCTION voting_envelope_guard;
DROP TRIGGER voting_vote_guard ON voting_vote; DROP FUNCTION voting_vote_guard;
DROP TRIGGER voting_roll_guard ON voting_voter; DROP FUNCTION voting_roll_guard;
DROP TRIGGER voting_voter_guard ON voting_voter; DROP TRIGGER voting_option_guard ON voting_option;
DROP FUNCTION voting_prepared_only; DROP TRIGGER voting_ballot_guard ON voting_ballot;
DROP FUNCTION voting_ballot_guard;
"""


class Migration(migrations.Migration):
    dependencies = [("voting", "0001_initial")]
    operations = [
        migrations.RunSQL(FROZEN_BALLOT + BOX, DROP),
    ]
