-- Values of the type ratings as release 0.1.0 stored them, of every kind: they must read for ever.  Never change a literal.
\pset format unaligned
\pset footer off
SET search_path = hdata, public;
SET timezone = 'UTC';
SET datestyle = 'ISO';

CREATE TABLE hd_stored (name text PRIMARY KEY, r ratings, facts text);
-- facts: item, rater, value, time or revision, cluster, as they were given
INSERT INTO hd_stored VALUES
	('bigint ids, label',
		'\x0115000303030602010100076c6162656c20310601320601333b1f01010100030000010001010200020202',
		'-30 2 label 1; 1 1 label 1; 1 2 label 1; 1 3 label 2; 2 1 label 3; 2 3 label 3'),
	('bigint ids, number',
		'\x01250003030306020101402fffffffffffff8000000000000000bfd00000000000003b1f01010100030000010001010200020202',
		'-30 2 -0.25; 1 1 -0.25; 1 2 -0.25; 1 3 0; 2 1 0.25; 2 3 0.25'),
	('uuid ids, label',
		'\x011a0003030306270c1b084f3f146eb5787075158d9c53532a7b8e0328a8d05a8e6258b28b9a36e4774cdda0793f86414e8b9140bb6db400076c6162656c2031060132060133270c1b084f3f146eb5787075158d9c537ea8bd771b5b89740c89115357730505e4774cdda0793f86414e8b9140bb6db4020102010201000003000001010100',
		'270c1b08-4f3f-146e-b578-7075158d9c53 532a7b8e-0328-a8d0-5a8e-6258b28b9a36 label 3; 270c1b08-4f3f-146e-b578-7075158d9c53 e4774cdd-a079-3f86-414e-8b9140bb6db4 label 3; 7ea8bd77-1b5b-8974-0c89-115357730505 270c1b08-4f3f-146e-b578-7075158d9c53 label 1; e4774cdd-a079-3f86-414e-8b9140bb6db4 270c1b08-4f3f-146e-b578-7075158d9c53 label 1; e4774cdd-a079-3f86-414e-8b9140bb6db4 532a7b8e-0328-a8d0-5a8e-6258b28b9a36 label 2; e4774cdd-a079-3f86-414e-8b9140bb6db4 e4774cdd-a079-3f86-414e-8b9140bb6db4 label 1'),
	('uuid ids, number',
		'\x012a0003030306270c1b084f3f146eb5787075158d9c53532a7b8e0328a8d05a8e6258b28b9a36e4774cdda0793f86414e8b9140bb6db44161cd0f11ebbace416bde0a0bf27c89417bde0a0bf27c89270c1b084f3f146eb5787075158d9c537ea8bd771b5b89740c89115357730505e4774cdda0793f86414e8b9140bb6db4020100010001000203000201010102',
		'270c1b08-4f3f-146e-b578-7075158d9c53 532a7b8e-0328-a8d0-5a8e-6258b28b9a36 -4.5e-07; 270c1b08-4f3f-146e-b578-7075158d9c53 e4774cdd-a079-3f86-414e-8b9140bb6db4 -4.5e-07; 7ea8bd77-1b5b-8974-0c89-115357730505 270c1b08-4f3f-146e-b578-7075158d9c53 -1.5e-07; e4774cdd-a079-3f86-414e-8b9140bb6db4 270c1b08-4f3f-146e-b578-7075158d9c53 -1.5e-07; e4774cdd-a079-3f86-414e-8b9140bb6db4 532a7b8e-0328-a8d0-5a8e-6258b28b9a36 -3e-07; e4774cdd-a079-3f86-414e-8b9140bb6db4 e4774cdd-a079-3f86-414e-8b9140bb6db4 -1.5e-07'),
	('text ids, label',
		'\x011f000303030600094ac3bc7267656e2031080132080133000a6772c3b6c39f65722031090132090133000b417274696b656c202d3330080131080132010100030000010001010200020202',
		'Artikel -30 Jürgen 2 größer 1; Artikel 1 Jürgen 1 größer 1; Artikel 1 Jürgen 2 größer 1; Artikel 1 Jürgen 3 größer 2; Artikel 2 Jürgen 1 größer 3; Artikel 2 Jürgen 3 größer 3'),
	('text ids, number',
		'\x012f0003030306000772617465722031060132060133bff0000000000000c000000000000000c00800000000000000086974656d202d3330050131050132010100030000010001010200020202',
		'item -30 rater 2 1; item 1 rater 1 1; item 1 rater 2 1; item 1 rater 3 2; item 2 rater 1 3; item 2 rater 3 3'),
	('bigint items, text raters, ordered',
		'\x013d000304030600077261746572203106013206013304706f6f72046661697204676f6f640567726561743b1f01010100030000010001010200020202',
		'-30 rater 2 poor; 1 rater 1 poor; 1 rater 2 poor; 1 rater 3 fair; 2 rater 1 good; 2 rater 3 good'),
	('text items, uuid raters, set',
		'\x014b0003030306270c1b084f3f146eb5787075158d9c53532a7b8e0328a8d05a8e6258b28b9a36e4774cdda0793f86414e8b9140bb6db40000000401610162000a03712c7203782079017a00086974656d202d3330050131050132010001030001010001010201020102',
		'item -30 270c1b08-4f3f-146e-b578-7075158d9c53 {a,b}; item 1 270c1b08-4f3f-146e-b578-7075158d9c53 {a,b}; item 1 532a7b8e-0328-a8d0-5a8e-6258b28b9a36 {}; item 1 e4774cdd-a079-3f86-414e-8b9140bb6db4 {a,b}; item 2 532a7b8e-0328-a8d0-5a8e-6258b28b9a36 {"q,r","x y",z}; item 2 e4774cdd-a079-3f86-414e-8b9140bb6db4 {"q,r","x y",z}'),
	('bigint ids, label, newest time',
		'\x01150103030306ff887a02010100076c6162656c20310601320601333b1f01010100c0c4c9a9beb8de01030000e0d6c38c85ccae010100c0dcf3c092ccae010101c0a4c2f59fccae01020002000202c094e0e988d1ae01',
		'-30 2 label 1 2031-01-01 00:00:00+00; 1 1 label 1 2024-05-01 10:00:00.5+00; 1 2 label 1 2024-05-01 11:00:00+00; 1 3 label 2 2024-05-01 12:00:00+00; 2 1 label 3 1999-12-31 23:59:59+00; 2 3 label 3 2024-05-03 10:00:00+00'),
	('text ids, number, newest revision',
		'\x012f0503030306df5d000772617465722031060132060133bff0000000000000c000000000000000c00800000000000000086974656d202d333005013105013201010000030000d42f0100b83001019c31020002b8300202c833',
		'item -30 rater 2 1 -6000; item 1 rater 1 1 100; item 1 rater 2 1 200; item 1 rater 3 2 300; item 2 rater 1 3 200; item 2 rater 3 3 600'),
	('uuid ids, label, earliest time',
		'\x011a0203030306ff887a270c1b084f3f146eb5787075158d9c53532a7b8e0328a8d05a8e6258b28b9a36e4774cdda0793f86414e8b9140bb6db400076c6162656c2031060132060133270c1b084f3f146eb5787075158d9c537ea8bd771b5b89740c89115357730505e4774cdda0793f86414e8b9140bb6db4020102c094e0e988d1ae01010200010000c0c4c9a9beb8de01030000c0dcf3c092ccae010101c0a4c2f59fccae010100e0d6c38c85ccae01',
		'270c1b08-4f3f-146e-b578-7075158d9c53 532a7b8e-0328-a8d0-5a8e-6258b28b9a36 label 3 2024-05-03 10:00:00+00; 270c1b08-4f3f-146e-b578-7075158d9c53 e4774cdd-a079-3f86-414e-8b9140bb6db4 label 3 1999-12-31 23:59:59+00; 7ea8bd77-1b5b-8974-0c89-115357730505 270c1b08-4f3f-146e-b578-7075158d9c53 label 1 2031-01-01 00:00:00+00; e4774cdd-a079-3f86-414e-8b9140bb6db4 270c1b08-4f3f-146e-b578-7075158d9c53 label 1 2024-05-01 11:00:00+00; e4774cdd-a079-3f86-414e-8b9140bb6db4 532a7b8e-0328-a8d0-5a8e-6258b28b9a36 label 2 2024-05-01 12:00:00+00; e4774cdd-a079-3f86-414e-8b9140bb6db4 e4774cdd-a079-3f86-414e-8b9140bb6db4 label 1 2024-05-01 10:00:00.5+00'),
	('bigint ids, ordered, earliest revision',
		'\x013506030403065302010104706f6f72046661697204676f6f640567726561743b1f01010100ce030300002301001c0101150200021c020200',
		'-30 2 poor 420; 1 1 poor -7; 1 2 poor -14; 1 3 fair -21; 2 1 good -14; 2 3 good -42'),
	('text ids, label, cluster',
		'\x011f08030302030600077261746572203106013206013300076c6162656c20310601320601330005646f63203004013100086974656d202d33300501310501320001010001010300000100010101000200020202',
		'item -30 rater 2 label 1; item 1 rater 1 label 1 doc 1; item 1 rater 2 label 1 doc 1; item 1 rater 3 label 2 doc 1; item 2 rater 1 label 3 doc 0; item 2 rater 3 label 3 doc 0'),
	('bigint ids, number, newest time, cluster',
		'\x0125090303020306ff887a020101bff0000000000000c000000000000000c0080000000000000005646f6320300401313b1f010100010100c0c4c9a9beb8de010101030000e0d6c38c85ccae010100c0dcf3c092ccae010101c0a4c2f59fccae010100020002000202c094e0e988d1ae01',
		'-30 2 1 2031-01-01 00:00:00+00 doc 0; 1 1 1 2024-05-01 10:00:00.5+00 doc 1; 1 2 1 2024-05-01 11:00:00+00 doc 1; 1 3 2 2024-05-01 12:00:00+00 doc 1; 2 1 3 1999-12-31 23:59:59+00 doc 0; 2 3 3 2024-05-03 10:00:00+00 doc 0'),
	('bigint ids, label, conflicts',
		'\x011500010303060200076c6162656c20310601320601333b1f01010001030000000100020200000002',
		'-30 1 label 2; 1 1 label 1; 1 1 label 2; 1 1 label 3; 2 1 label 1; 2 1 label 3'),
	('text ids, label, conflict at one revision',
		'\x011f050303030c0a00077261746572203106013206013300076c6162656c203106013206013300086974656d202d3330050131050132020100000001000600000001000000010001000000010000020004000000020000000100000200',
		'item -30 rater 2 label 1 5; item -30 rater 2 label 2 5; item 1 rater 1 label 1 5; item 1 rater 2 label 1 5; item 1 rater 2 label 2 5; item 1 rater 3 label 1 5; item 1 rater 3 label 2 5; item 1 rater 3 label 3 5; item 2 rater 1 label 1 5; item 2 rater 3 label 1 5; item 2 rater 3 label 2 5; item 2 rater 3 label 3 5'),
	('text ids, label, infinite times',
		'\x011f0102010102ffffffffffffffffff0100077261746572203106013200056c6162656c00046974656d020000000100ffffffffffffffffff01',
		'item rater 1 label -infinity; item rater 2 label infinity'),
	('bigint ids, label, all removed',
		'\x01150000000000',
		NULL),
	('text ids, ordered, newest time, all removed',
		'\x013f01000400000004706f6f72046661697204676f6f64056772656174',
		NULL),
	('no row ever',
		'\x01000000000000',
		NULL);

-- each reads as the facts that went in
SELECT name, count(o.item) AS n,
	string_agg(concat_ws(' ', o.item, o.rater, o.value, o.at, o.revision, o.cluster), '; ') FILTER (WHERE o.item IS NOT NULL) IS NOT DISTINCT FROM facts AS as_given
	FROM hd_stored LEFT JOIN LATERAL observations(r) o ON true GROUP BY name, facts ORDER BY name;

-- merging one with itself changes nothing
SELECT bool_and(n_ratings(m) = n_ratings(r) AND m::jsonb = r::jsonb) AS unchanged
	FROM hd_stored, LATERAL (SELECT rollup(x) AS m FROM (VALUES (r), (r)) v (x)) l;

-- and rows of today go into the states of then
SELECT n_ratings(rollup(x)) FROM (SELECT r FROM hd_stored WHERE name = 'text ids, label'
	UNION ALL SELECT ratings_agg('new'::text, 'new'::text, 'new')) v (x);
SELECT n_ratings(rollup(x)) FROM (SELECT r FROM hd_stored WHERE name = 'bigint ids, number, newest time, cluster'
	UNION ALL SELECT ratings_agg(i, i, i::float8, now(), 'doc') FROM generate_series(100, 102) i) v (x);
DROP TABLE hd_stored;
