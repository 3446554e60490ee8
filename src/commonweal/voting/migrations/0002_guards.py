"""Guards the database itself keeps: a frozen ballot stays frozen, a closed box stays closed, nothing is emptied."""

from django.db import migrations

# Where a row belongs never changes: one that moved to a ballot still open would ask the guards there, and leave a hole here.
BELONGS = {
    "option": ("ballot_id",),
    "voter": ("ballot_id",),
    "vote": ("voter_id",),
    "envelope": ("id", "ballot_id", "vote_id"),
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
-- How many different people hold sheets: names of the same words, whatever their order, are one.
CREATE FUNCTION voting_holders(names jsonb) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT count(DISTINCT (SELECT array_agg(word ORDER BY word)
    FROM regexp_split_to_table(public.commonweal_fold(name), ' ') word)) FILTER (WHERE public.commonweal_fold(name) <> '')
  FROM jsonb_array_elements_text(CASE WHEN jsonb_typeof(names) = 'array' THEN names ELSE '[]' END) name
$$;

CREATE FUNCTION voting_ballot_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.state <> 'prepared' THEN RAISE EXCEPTION 'an opened ballot is never deleted'; END IF;
    RETURN OLD;
  END IF;
  IF TG_OP = 'INSERT' THEN
    -- That it begins prepared is held by `begins_first`.
    IF NEW.public_key IS NOT NULL OR NEW.frozen_hash <> '' THEN
      RAISE EXCEPTION 'a ballot is frozen when it opens, by the key that was tried then'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'ballot_begins_unfrozen';
    END IF;
    RETURN NEW;
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
  IF NEW.state = 'open' AND (
       voting_holders(NEW.holders) < NEW.threshold OR voting_holders(NEW.holders) <> jsonb_array_length(NEW.holders)
       OR NOT EXISTS (SELECT FROM voting_option WHERE ballot_id = NEW.id)) THEN
    RAISE EXCEPTION 'a ballot opens with options, and with as many holders as open it'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ballot_opens_whole';
  END IF;
  IF NEW.state IN ('counted', 'published') AND NOT EXISTS (SELECT FROM voting_count WHERE ballot_id = NEW.id) THEN
    RAISE EXCEPTION 'a ballot is counted by its count'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ballot_has_its_count';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER voting_ballot_guard BEFORE INSERT OR UPDATE OR DELETE ON voting_ballot
  FOR EACH ROW EXECUTE FUNCTION voting_ballot_guard();
CREATE TRIGGER begins_first BEFORE INSERT ON voting_ballot
  FOR EACH ROW EXECUTE FUNCTION people_begins('prepared');

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
-- A vote over the web may be replaced, or go onto paper; on paper it stays. It is cast within the days of its ballot.
CREATE FUNCTION voting_vote_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE its voting_ballot;
BEGIN
  IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'that someone voted is never deleted'; END IF;
  SELECT b.* INTO its FROM voting_ballot b JOIN voting_voter v ON v.ballot_id = b.id WHERE v.id = NEW.voter_id;
  IF its.state IS DISTINCT FROM 'open' THEN RAISE EXCEPTION 'the ballot is not open'; END IF;
  IF NEW.cast_at < its.opens_at OR NEW.cast_at >= its.closes_at THEN
    RAISE EXCEPTION 'a vote is cast within the days of its ballot'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'vote_in_time';
  END IF;
  IF (NEW.channel = 'paper') <> (NEW.entered_by_id IS NOT NULL) OR (TG_OP = 'UPDATE' AND OLD.channel = 'paper'
      AND (NEW.channel, NEW.cast_at, NEW.entered_by_id) IS DISTINCT FROM (OLD.channel, OLD.cast_at, OLD.entered_by_id))
  THEN
    RAISE EXCEPTION 'a vote on paper stays with who handed it out, and no other vote was handed out'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'vote_door_stays';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER voting_vote_guard BEFORE INSERT OR UPDATE OR DELETE ON voting_vote
  FOR EACH ROW EXECUTE FUNCTION voting_vote_guard();

-- A vote over the web has its envelope in the box, one on paper has none of its own: else one of them counts twice, or
-- not at all. Asked when a transaction ends, which brings in both or takes the envelope of who goes onto paper.
CREATE FUNCTION voting_vote_has_its_envelope() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE its bigint; door text;
BEGIN
  its := CASE WHEN TG_TABLE_NAME = 'voting_vote' THEN to_jsonb(NEW) ->> 'id' ELSE to_jsonb(OLD) ->> 'vote_id' END;
  SELECT channel INTO door FROM voting_vote WHERE id = its;
  IF door IS NOT NULL AND (door = 'web') <> EXISTS (SELECT FROM voting_envelope WHERE vote_id = its) THEN
    RAISE EXCEPTION 'a vote over the web has an envelope, a vote on paper has none of its own'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'vote_has_its_envelope';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER voting_vote_has_its_envelope AFTER INSERT OR UPDATE OF channel ON voting_vote
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION voting_vote_has_its_envelope();
CREATE CONSTRAINT TRIGGER voting_vote_has_its_envelope AFTER DELETE ON voting_envelope
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION voting_vote_has_its_envelope();

CREATE FUNCTION voting_check_length(sealed bytea, expected integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF octet_length(sealed) IS DISTINCT FROM expected THEN
    RAISE EXCEPTION 'an envelope of this ballot has % bytes', expected
      USING ERRCODE = 'check_violation', CONSTRAINT = 'envelope_length_of_its_ballot';
  END IF;
END $$;
CREATE FUNCTION voting_envelope_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE current_state text; its_ballot bigint; its_door text; its_length integer; papers bigint; envelopes bigint;
  sheets bigint;
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
    SELECT v.ballot_id, x.channel INTO its_ballot, its_door FROM voting_vote x JOIN voting_voter v ON v.id = x.voter_id
      WHERE x.id = NEW.vote_id;
    IF its_ballot IS DISTINCT FROM NEW.ballot_id THEN RAISE EXCEPTION 'an envelope of another ballot'; END IF;
    IF its_door <> 'web' THEN
      RAISE EXCEPTION 'a vote on paper has no envelope of its own'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'vote_has_its_envelope';
    END IF;
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
  SELECT count(*) INTO sheets FROM voting_papersheet WHERE ballot_id = NEW.ballot_id AND second_at IS NOT NULL;
  IF envelopes >= sheets THEN
    RAISE EXCEPTION 'an envelope of paper is of a sheet that two people typed'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'envelope_of_a_sheet';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER voting_envelope_guard BEFORE INSERT OR UPDATE OR DELETE ON voting_envelope
  FOR EACH ROW EXECUTE FUNCTION voting_envelope_guard();

CREATE TRIGGER voting_sheet_begins BEFORE INSERT ON voting_papersheet
  FOR EACH ROW WHEN (NEW.second_at IS NOT NULL) EXECUTE FUNCTION people_begins_open();
-- A sheet that two people typed is in the box: its number stays, or it would be typed again and counted twice.
CREATE FUNCTION voting_sheet_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE current_state text;
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.second_at IS NOT NULL THEN
    RAISE EXCEPTION 'a sheet typed by two people stays' USING ERRCODE = 'check_violation', CONSTRAINT = 'sheet_stays';
  END IF;
  SELECT state INTO current_state FROM voting_ballot
    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.ballot_id ELSE NEW.ballot_id END;
  IF current_state IS NULL OR current_state NOT IN ('open', 'closed') THEN
    RAISE EXCEPTION 'sheets are typed until the box is handed over'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'sheet_in_time';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  IF TG_OP = 'UPDATE' AND (NEW.number, NEW.first_by_id, NEW.first_at)
     IS DISTINCT FROM (OLD.number, OLD.first_by_id, OLD.first_at) THEN
    RAISE EXCEPTION 'a first typing stays as it was' USING ERRCODE = 'check_violation', CONSTRAINT = 'sheet_stays';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER voting_sheet_guard BEFORE INSERT OR UPDATE OR DELETE ON voting_papersheet
  FOR EACH ROW EXECUTE FUNCTION voting_sheet_guard();

-- And it has its envelope: else its vote is in no box, and the sheet is never typed again. Asked when a transaction ends.
CREATE FUNCTION voting_sheet_has_its_envelope() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM voting_papersheet WHERE ballot_id = NEW.ballot_id AND second_at IS NOT NULL)
     > (SELECT count(*) FROM voting_envelope WHERE ballot_id = NEW.ballot_id AND vote_id IS NULL) THEN
    RAISE EXCEPTION 'a sheet that two people typed has its envelope'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'sheet_has_its_envelope';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER voting_sheet_has_its_envelope AFTER UPDATE OF second_at ON voting_papersheet
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION voting_sheet_has_its_envelope();

-- A count is of the whole box: what could not be counted is named in the file, with its number.
CREATE FUNCTION voting_count_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE current_state text; envelopes bigint; named bigint;
BEGIN
  IF TG_OP <> 'INSERT' THEN RAISE EXCEPTION 'a count stays as it was made'; END IF;
  SELECT state INTO current_state FROM voting_ballot WHERE id = NEW.ballot_id;
  IF current_state IS DISTINCT FROM 'handed_over' THEN RAISE EXCEPTION 'a count is of a box handed over'; END IF;
  SELECT count(*) INTO envelopes FROM voting_envelope WHERE ballot_id = NEW.ballot_id;
  -- At the end of the comment line: the same words may stand in a title.
  named := coalesce((regexp_match(NEW.file, '^comment;[^\n]* #2: envelopes that could not be counted: ([0-9]{1,9}), '
    'at the places [0-9, ]+ of the box$', 'n'))[1]::bigint, 0);
  IF NEW.votes_count + NEW.left_out_count <> envelopes OR named <> NEW.left_out_count
     OR NEW.file_hash <> encode(sha256(convert_to(NEW.file, 'UTF8')), 'hex') THEN
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
DROP TRIGGER voting_sheet_begins ON voting_papersheet;
DROP FUNCTION voting_sheet_has_its_envelope CASCADE;
DROP TRIGGER voting_sheet_guard ON voting_papersheet; DROP FUNCTION voting_sheet_guard;
DROP TRIGGER voting_count_guard ON voting_count; DROP FUNCTION voting_count_guard;
DROP TRIGGER voting_envelope_guard ON voting_envelope; DROP FUNCTION voting_envelope_guard;
DROP FUNCTION voting_check_length;
DROP FUNCTION voting_vote_has_its_envelope CASCADE;
DROP TRIGGER voting_vote_guard ON voting_vote; DROP FUNCTION voting_vote_guard;
DROP TRIGGER voting_roll_guard ON voting_voter; DROP FUNCTION voting_roll_guard;
DROP TRIGGER voting_voter_guard ON voting_voter; DROP TRIGGER voting_option_guard ON voting_option;
DROP FUNCTION voting_prepared_only; DROP TRIGGER voting_ballot_guard ON voting_ballot;
DROP TRIGGER begins_first ON voting_ballot; DROP FUNCTION voting_holders;
DROP FUNCTION voting_ballot_guard;
"""


class Migration(migrations.Migration):
    dependencies = [("voting", "0001_initial"), ("people", "0002_guards_of_events")]
    operations = [
        migrations.RunSQL(ITS_OWN + FROZEN_BALLOT + BOX + KEPT, DROP),
    ]
