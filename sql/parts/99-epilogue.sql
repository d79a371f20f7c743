
-- Everybody may use what needs no privilege of its own; what changes data is revoked from PUBLIC where it is created.
GRANT USAGE ON SCHEMA @extschema@ TO PUBLIC;
