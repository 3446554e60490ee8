"""Guards the database itself keeps: a frozen ballot stays frozen, a closed box stays closed, nothing is emptied."""

from django.db import migrations

# Where a row belongs never changes: one that moved to a ballot still open would ask the guards there, and leave a hole here.
BELONGS = {
    "option": ("ballot_id",),
    "voter": ("ballot_id",),
    "vote": ("voter_id",),
    "envelope": ("ballot_id", "vote_id"),
    "papersheet": ("ballot_id",),
    "count": ("ballot_id",),
}
ITS_OWN = """
CREATE FUNCTION voting_stays_its_own() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a row of % stays where it is', TG_TABLE_NAME
    USING ERRCODE = 'check_violation', CONSTRAINT = 'voting_stays_its_own';
END $$;
""" + "".join(
    f"CREATE TRIGGER voting_stays_its_own BEFORE UPDATE ON voting_{table} FOR EACH ROW "
    f"WHEN (({', '.join(f'NEW.{each}' for each in keys)}) IS DISTINCT FROM "
    f"({', '.join(f'OLD.{each}' for each in keys)})) EXECUTE FUNCTION voting_stays_its_own();\n"
    for table, keys in BELONGS.items()
)
FROZEN_BALLOT = """
CREATE FUNCTION voting_ballot_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.state <> 'prepared' THEN RAISE EXCEPTION 'an opened ballot is never deleted'; END IF;
    RETURN OLD;
  END IF;
  IF OLD.state <> 'prepared'
     AND (to_jsonb(NEW) - 'state' - 'box_hash') IS DISTINCT FROM (to_jsonb(OLD) - 'state' - 'box_hash') THEN
    RAISE EXCEPTION 'an opened ballot is frozen';
  END IF;
  IF NEW.box_hash <> OLD.box_hash AND (OLD.state, NEW.state) <> ('closed', 'handed_over') THEN
    RAISE EXCEPTION 'a box is handed over once, when it is closed';
  END IF;
  IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN
     (('prepared','open'), ('open','closed'), ('closed','handed_over'),
      ('handed_over','counted'), ('counted','published')) THEN
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

CREATE FUNCTION voting_check_length(sealed bytea, expected integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF octet_length(sealed) IS DISTINCT FROM expected THEN
    RAISE EXCEPTION 'an envelope of this ballot has % bytes', expected
      USING ERRCODE = 'check_violation', CONSTRAINT = 'envelope_length_of_its_ballot';
  END IF;
END $$;
CREATE FUNCTION voting_envelope_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE current_state text; its_ballot bigint; its_length integer; papers bigint; envelopes bigint;
BEGIN
  SELECT state INTO current_state FROM voting_ballot
    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.ballot_id ELSE NEW.ballot_id END;
  IF TG_OP = 'DELETE' THEN
    IF current_state <> 'open' OR OLD.vote_id IS NULL THEN RAISE EXCEPTION 'envelopes stay in the box'; END IF;
    RETURN OLD;
  END IF;
  -- A version, the mark, the code, a count (23 bytes), four bytes a choice, and 48 that the seal adds: see
  -- `rules/envelopes.py`. Anything else would stop the committee when it opens the box.
  SELECT 71 + 4 * choices_max INTO its_length FROM voting_ballot WHERE id = NEW.ballot_id;
  IF NEW.vote_id IS NOT NULL THEN
    SELECT v.ballot_id INTO its_ballot FROM voting_vote x JOIN voting_voter v ON v.id = x.voter_id
      WHERE x.id = NEW.vote_id;
    IF its_ballot IS DISTINCT FROM NEW.ballot_id THEN RAISE EXCEPTION 'an envelope of another ballot'; END IF;
    IF current_state <> 'open' THEN RAISE EXCEPTION 'the ballot is not open'; END IF;
    PERFORM voting_check_length(NEW.sealed, its_length);
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' THEN RAISE EXCEPTION 'a paper envelope is never changed'; END IF;
  -- Waits for whoever hands the box over at this moment, and then sees that they did.
  SELECT state INTO current_state FROM voting_ballot WHERE id = NEW.ballot_id FOR SHARE;
  IF current_state NOT IN ('open', 'closed') THEN
    RAISE EXCEPTION 'the box is handed over, and nothing is added to it';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext('voting_envelope'), NEW.ballot_id::int);
  SELECT count(*) INTO papers FROM voting_vote x JOIN voting_voter v ON v.id = x.voter_id
    WHERE v.ballot_id = NEW.ballot_id AND x.channel = 'paper';
  SELECT count(*) INTO envelopes FROM voting_envelope WHERE ballot_id = NEW.ballot_id AND vote_id IS NULL;
  IF envelopes >= papers THEN RAISE EXCEPTION 'more paper envelopes than paper ballots handed out'; END IF;
  PERFORM voting_check_length(NEW.sealed, its_length);
  RETURN NEW;
END $$;
CREATE TRIGGER voting_envelope_guard BEFORE INSERT OR UPDATE OR DELETE ON voting_envelope
  FOR EACH ROW EXECUTE FUNCTION voting_envelope_guard();

CREATE FUNCTION voting_count_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE current_state text; envelopes bigint;
BEGIN
  IF TG_OP <> 'INSERT' THEN RAISE EXCEPTION 'a count stays as it was made'; END IF;
  SELECT state INTO current_state FROM voting_ballot WHERE id = NEW.ballot_id;
  IF current_state IS DISTINCT FROM 'handed_over' THEN RAISE EXCEPTION 'a count is of a box handed over'; END IF;
  SELECT count(*) INTO envelopes FROM voting_envelope WHERE ballot_id = NEW.ballot_id;
  IF NEW.votes_count <> envelopes OR NEW.file_hash <> encode(sha256(convert_to(NEW.file, 'UTF8')), 'hex') THEN
    RAISE EXCEPTION 'a count is of all envelopes, and its file has the hash it says'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'count_is_of_the_box';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER voting_count_guard BEFORE INSERT OR UPDATE OR DELETE ON voting_count
  FOR EACH ROW EXECUTE FUNCTION voting_count_guard();
"""

# Row triggers see no TRUNCATE, which would take roll, box, options and count away in one go.
TABLES = ("ballot", "option", "voter", "vote", "envelope", "papersheet", "count")
KEPT = """
CREATE FUNCTION voting_never_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is never emptied', TG_TABLE_NAME
    USING ERRCODE = 'check_violation', CONSTRAINT = 'voting_never_emptied';
END $$;
""" + "".join(
    f"CREATE TRIGGER voting_never_emptied BEFORE TRUNCATE ON voting_{table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION voting_never_emptied();\n"
    f"REVOKE TRUNCATE ON voting_{table} FROM PUBLIC, CURRENT_USER;\n"
    for table in TABLES
)

DROP = "".join(f"DROP TRIGGER voting_never_emptied ON voting_{table};\n" for table in TABLES) + """
DROP FUNCTION voting_never_emptied;
""" + "".join(f"DROP TRIGGER voting_stays_its_own ON voting_{table};\n" for table in BELONGS) + """
DROP FUNCTION voting_stays_its_own;
DROP TRIGGER voting_count_guard ON voting_count; DROP FUNCTION voting_count_guard;
DROP TRIGGER voting_envelope_guard ON voting_envelope; DROP FUNCTION voting_envelope_guard;
DROP FUNCTION voting_check_length;
DROP TRIGGER voting_vote_guard ON voting_vote; DROP FUNCTION voting_vote_guard;
DROP TRIGGER voting_roll_guard ON voting_voter; DROP FUNCTION voting_roll_guard;
DROP TRIGGER voting_voter_guard ON voting_voter; DROP TRIGGER voting_option_guard ON voting_option;
DROP FUNCTION voting_prepared_only; DROP TRIGGER voting_ballot_guard ON voting_ballot;
DROP FUNCTION voting_ballot_guard;
"""


class Migration(migrations.Migration):
    dependencies = [("voting", "0001_initial")]
    operations = [
        migrations.RunSQL(ITS_OWN + FROZEN_BALLOT + BOX + KEPT, DROP),
    ]
