# Expands the directives of sql/parts/*.sql into SQL; every other line passes as it is.  Fields are separated by " | ".
#
#   %type NAME | comment | what equality means [ | hash function ]
#       the type with its I/O functions, comparison operators, btree and hash classes, over the canonical bytes; the hash
#       function of the class is NAME_hash unless the name is needed for something else
#   %state NAME | what combining does | what rollup does
#       combine and final functions, rollup(NAME), and the cast to jsonb of a mergeable state
#   %aggregate AGG(argument types) | STATE | transition function | C symbol | volatility | comment [ | bytes]
#       one aggregate with its transition function; bytes: what the planner takes a state to need, if it is far from 1024
#
# C symbols are those of STATE_FUNCTIONS in src/common/state.h, and NAME_to_jsonb.

function c_function(signature, result, symbol, properties, comment)
{
	print "CREATE FUNCTION " signature " RETURNS " result
	print "\tAS 'MODULE_PATHNAME'" (symbol == "" ? "" : ", '" symbol "'") " LANGUAGE C " properties " PARALLEL SAFE;"
	gsub(/'/, "''", comment)
	print "COMMENT ON FUNCTION " signature " IS '" comment "';"
}

function quoted(s)
{
	gsub(/'/, "''", s)
	return "'" s "'"
}

function operator(name, t, suffix, commutator, negator, selectivity, extra, comment)
{
	print "CREATE OPERATOR " name " ("
	print "\tLEFTARG = " t ", RIGHTARG = " t ", FUNCTION = " t "_" suffix ","
	print "\tCOMMUTATOR = " commutator ", NEGATOR = " negator ", RESTRICT = " selectivity "sel, JOIN = " selectivity "joinsel" extra
	print ");"
	print "COMMENT ON OPERATOR " name " (" t ", " t ") IS " quoted(comment) ";"
}

function expand_type(t, comment, equality, hash,    i, n, suffix, symbol)
{
	print "CREATE TYPE " t ";"
	c_function(t "_in(cstring)", t, "", "IMMUTABLE STRICT", "I/O: input")
	c_function(t "_out(" t ")", "cstring", "", "IMMUTABLE STRICT", "I/O: output")
	c_function(t "_recv(internal)", t, "", "IMMUTABLE STRICT", "I/O: binary input")
	c_function(t "_send(" t ")", "bytea", "", "IMMUTABLE STRICT", "I/O: binary output")
	print "CREATE TYPE " t " ("
	print "\tINPUT = " t "_in, OUTPUT = " t "_out, RECEIVE = " t "_recv, SEND = " t "_send,"
	print "\tINTERNALLENGTH = VARIABLE, STORAGE = extended"
	print ");"
	print "COMMENT ON TYPE " t " IS " quoted(comment) ";"

	n = split("eq ne lt le gt ge", suffix, " ")
	split("= <> < <= > >=", symbol, " ")
	for (i = 1; i <= n; i++)
		c_function(t "_" suffix[i] "(" t ", " t ")", "boolean", "", "IMMUTABLE STRICT", "implementation of " symbol[i] " operator")
	operator("=", t, "eq", "=", "<>", "eq", ", HASHES, MERGES", "equal: " equality)
	operator("<>", t, "ne", "<>", "=", "neq", "", "not equal: " equality)
	operator("<", t, "lt", ">", ">=", "scalarlt", "", "less than, by the order of canonical bytes")
	operator("<=", t, "le", ">=", ">", "scalarle", "", "less than or equal, by the order of canonical bytes")
	operator(">", t, "gt", "<", "<=", "scalargt", "", "greater than, by the order of canonical bytes")
	operator(">=", t, "ge", "<=", "<", "scalarge", "", "greater than or equal, by the order of canonical bytes")

	c_function(t "_cmp(" t ", " t ")", "integer", "", "IMMUTABLE STRICT", "less, equal, greater: for btree")
	if (hash == "")
		hash = t "_hash"
	c_function(hash "(" t ")", "integer", "", "IMMUTABLE STRICT", "hash of the canonical bytes")
	c_function(hash "_extended(" t ", bigint)", "bigint", "", "IMMUTABLE STRICT", "seeded hash of the canonical bytes")
	print "CREATE OPERATOR CLASS " t "_ops DEFAULT FOR TYPE " t " USING btree AS"
	print "\tOPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,"
	print "\tFUNCTION 1 " t "_cmp(" t ", " t ");"
	print "CREATE OPERATOR CLASS " t "_ops DEFAULT FOR TYPE " t " USING hash AS"
	print "\tOPERATOR 1 =,"
	print "\tFUNCTION 1 " hash "(" t "), FUNCTION 2 " hash "_extended(" t ", bigint);"
	print "COMMENT ON OPERATOR CLASS " t "_ops USING btree IS 'order of canonical bytes';"
	print "COMMENT ON OPERATOR FAMILY " t "_ops USING btree IS 'order of canonical bytes';"
	print "COMMENT ON OPERATOR CLASS " t "_ops USING hash IS 'hash of canonical bytes';"
	print "COMMENT ON OPERATOR FAMILY " t "_ops USING hash IS 'hash of canonical bytes';"
}

function aggregate(signature, transition, t, comment, space)
{
	print "CREATE AGGREGATE " signature " ("
	print "\tSFUNC = " transition ", STYPE = " t ", SSPACE = " (space == "" ? 1024 : space) ","
	print "\tFINALFUNC = " t "_final, COMBINEFUNC = " t "_combine, PARALLEL = SAFE"
	print ");"
	print "COMMENT ON AGGREGATE " signature " IS " quoted(comment) ";"
}

function expand_state(t, combining, rolling)
{
	c_function(t "_combine(" t ", " t ")", t, "", "IMMUTABLE", "aggregate support: " combining)
	c_function(t "_final(" t ")", t, "", "IMMUTABLE", "aggregate support: the state itself")
	aggregate("rollup(" t ")", t "_combine", t, rolling)
	c_function(t "_to_jsonb(" t ")", "jsonb", "", "IMMUTABLE STRICT COST 1000", "cast to jsonb: what the state holds")
	print "CREATE CAST (" t " AS jsonb) WITH FUNCTION " t "_to_jsonb(" t ");"
	print "COMMENT ON CAST (" t " AS jsonb) IS 'to look into a state; there is no cast back';"
}

function expand_aggregate(signature, t, transition, symbol, volatility, comment, space,    arguments)
{
	arguments = signature
	sub(/^[^(]*\(/, "", arguments)
	c_function(transition "(" t ", " arguments, t, symbol, volatility, "aggregate support: add one row")
	aggregate(signature, transition, t, comment, space)
}

function fail(message)
{
	print FILENAME ":" FNR ": " message > "/dev/stderr"
	failed = 1
	exit 1
}

/^%/ {
	directive = $1
	line = $0
	sub(/^%[a-z]+ +/, "", line)
	n = split(line, field, / +\| +/)
	if (directive == "%type" && (n == 3 || n == 4))
		expand_type(field[1], field[2], field[3], n == 4 ? field[4] : "")
	else if (directive == "%state" && n == 3)
		expand_state(field[1], field[2], field[3])
	else if (directive == "%aggregate" && (n == 6 || n == 7))
		expand_aggregate(field[1], field[2], field[3], field[4], field[5], field[6], field[7])
	else
		fail("bad directive")
	next
}

{ print }

END { exit failed }
