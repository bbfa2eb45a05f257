-- In: a prefix with its underscore and a UUID.  Out: the public id, the
-- prefix and 26 characters of Crockford base32: two bits of 0 and the UUID's 128,
-- five for each.
-- It is part of every object, so without a loop: the 5 bits of each character are
-- spread over 6, in three steps that part them in two, and base64 makes a character
-- of each 6.  The first byte has two characters, two of 0 before them fill a group.
CREATE OR REPLACE FUNCTION pay.id_text(prefix text, id uuid) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    h constant text := replace(id::text, '-', '');
    a constant bigint := ('x' || left(h, 2))::bit(8)::int;
    b bigint := ('x' || substr(h, 3, 10))::bit(40)::bigint;
    c bigint := ('x' || substr(h, 13, 10))::bit(40)::bigint;
    d bigint := ('x' || substr(h, 23, 10))::bit(40)::bigint;
BEGIN
    b := ((b & 1099510579200) << 4) | (b & 1048575);
    c := ((c & 1099510579200) << 4) | (c & 1048575);
    d := ((d & 1099510579200) << 4) | (d & 1048575);
    b := ((b & 17575007222784) << 2) | (b & 17163092991);
    c := ((c & 17575007222784) << 2) | (c & 17163092991);
    d := ((d & 17575007222784) << 2) | (d & 17163092991);
    b := ((b & 68186367984608) << 1) | (b & 2130823999519);
    c := ((c & 68186367984608) << 1) | (c & 2130823999519);
    d := ((d & 68186367984608) << 1) | (d & 2130823999519);

    RETURN prefix || translate(substr(encode(
               substr(int8send(((a >> 5) << 6) | (a & 31)), 6)
               || substr(int8send(b), 3) || substr(int8send(c), 3)
               || substr(int8send(d), 3), 'base64'), 3),
           'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef',
           '0123456789ABCDEFGHJKMNPQRSTVWXYZ');
END $$;

-- In: a time.  Out: the smallest UUIDv7 of its millisecond.
CREATE OR REPLACE FUNCTION pay.uuid7_floor(t timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM t) * 1000)::bigint), 12, '0')
            || '00000000000000000000')::uuid
$$;

-- In: a UUIDv7.  Out: its time, to the millisecond.
CREATE OR REPLACE FUNCTION pay.uuid7_time(id uuid) RETURNS timestamptz
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT to_timestamp(('x' || left(replace(id::text, '-', ''), 12))
                        ::bit(48)::bigint / 1000.0)
$$;

-- Out: a UUIDv7 of now.
CREATE OR REPLACE FUNCTION pay.uuid7() RETURNS uuid
LANGUAGE sql VOLATILE AS $$
    SELECT (left(pay.uuid7_floor(clock_timestamp())::text, 14) || '7'
            || substr(gen_random_uuid()::text, 16))::uuid
$$;
