'use strict';
/*
 * heap - known numbers of objects of known shapes, and V8's own heap snapshot to compare with.
 *
 * Every constructor counts itself, so that no number is typed twice. One thing is in the heap that no
 * constructor made: the prototype of a derived class is an object as well, and is named after the
 * class that it derives from. (V8's pattern objects of literals must not be counted.)
 */
const v8 = require('v8');
const truth = require('./truth.js');

const constructors = {};
const ducks = new Map();

function count(name) {
	constructors[name] = (constructors[name] || 0) + 1;
}

/* Remember an object as one of its duck type, for ::findjsobjects' rows. Elements are no properties. */
function duck(constructor, object, properties = null) {
	const names = properties || Reflect.ownKeys(object).map((key) =>
		(typeof key === 'symbol' ? `Symbol(${key.description})` : key)).filter((k) => !/^\d+$/.test(k));
	const key = JSON.stringify([constructor, names]);
	ducks.set(key, (ducks.get(key) || 0) + 1);
	return object;
}

class TruthCat {
	constructor(i) {
		this.id = i;
		this.name = `cat${i}`;
		this.weight = i + 0.5;
		this.kitten = null;
		count(new.target.name);
	}
}

class TruthLion extends TruthCat {
	constructor(i) {
		super(i);
		this.pride = { size: i };
	}
}

class TruthSphinx extends TruthLion {
	#riddle = 'four legs';
	constructor(i) {
		super(i);
		this.stone = true;
	}
	ask() {
		return this.#riddle;
	}
}

function TruthOld(i) {
	this.a = i;
	this.b = -i;
	count('TruthOld');
}

function TruthOldHeir(i) {
	TruthOld.call(this, i);
	constructors.TruthOld--;
	this.heirloom = [i];
	count('TruthOldHeir');
}
TruthOldHeir.prototype = Object.create(TruthOld.prototype, {
	constructor: { value: TruthOldHeir, enumerable: false },
});

class TruthEmpty {
	constructor() {
		count('TruthEmpty');
	}
}

/* More properties than V8 puts into the object itself, the rest by assignment. */
class TruthWide {
	constructor(i) {
		for (let k = 0; k < 40; k++) {
			this[`wide${k}`] = i + k;
		}
		count('TruthWide');
	}
}

/* Deleting makes it a dictionary. */
class TruthDictionary {
	constructor(i) {
		for (let k = 0; k < 30; k++) {
			this[`key${k}`] = i * k;
		}
		for (let k = 0; k < 30; k += 3) {
			delete this[`key${k}`];
		}
		count('TruthDictionary');
	}
}

class TruthList extends Array {
	constructor(...items) {
		super(...items);
		count('TruthList');
	}
}

class TruthError extends Error {
	constructor(i) {
		super(`wrong ${i}`);
		this.code = `E${i}`;
		count('TruthError');
	}
}

class TruthTable extends Map {
	constructor(i) {
		super([[i, i]]);
		count('TruthTable');
	}
}

const symbolKey = Symbol('truthKey');

function makeDuck(i) {
	const object = {};
	object.duckA = i;
	object.duckB = 'q';
	object.duckC = i * 2;
	return object;
}

function makeReversed(i) {
	const object = {};
	object.duckC = i;
	object.duckB = 'q';
	object.duckA = i;
	return object;
}

function makeLiteral(i) {
	return { literalA: i, literalB: { inner: i }, literalC: [i] };
}

function makeNullProto(i) {
	const object = Object.create(null);
	object.nullA = i;
	object.nullB = 'n';
	return object;
}

function makeSymbolKeyed(i) {
	const object = {};
	object.truthPlain = i;
	object[symbolKey] = i;
	return object;
}

function makeAccessor(i) {
	return { get truthGetter() { return i; }, truthValue: i };
}

function makeIndexed(i) {
	const object = {};
	object.truthIndexed = i;
	object[0] = i;
	object[7] = i;
	return object;
}

const root = [];

function keep(times, make) {
	for (let i = 0; i < times; i++) {
		root.push(make(i));
	}
}

keep(1000, (i) => duck('TruthCat', new TruthCat(i)));
keep(500, (i) => duck('TruthLion', new TruthLion(i)));
keep(77, (i) => duck('TruthSphinx', new TruthSphinx(i),
	['id', 'name', 'weight', 'kitten', 'pride', '#riddle', 'stone']));
keep(300, (i) => duck('TruthOld', new TruthOld(i)));
keep(111, (i) => duck('TruthOldHeir', new TruthOldHeir(i)));
keep(64, (i) => new TruthEmpty(i));
keep(90, (i) => duck('TruthWide', new TruthWide(i)));
keep(33, (i) => duck('TruthDictionary', new TruthDictionary(i)));
keep(44, (i) => new TruthList(i, i, i));
keep(25, (i) => new TruthError(i));
keep(18, (i) => new TruthTable(i));
keep(250, (i) => duck('Object', makeDuck(i)));
keep(120, (i) => duck('Object', makeReversed(i)));
keep(60, (i) => duck('Object', makeNullProto(i)));
keep(80, (i) => duck('Object', makeSymbolKeyed(i)));
keep(130, (i) => duck('Object', makeLiteral(i)));
keep(70, (i) => duck('Object', makeAccessor(i)));
keep(55, (i) => duck('Object', makeIndexed(i)));
globalThis.truthRoot = root;

const rows = Array.from(ducks, ([key, times]) => {
	const [constructor, properties] = JSON.parse(key);
	return { constructor, properties, count: times };
});
/* V8 before 10 names it after the Symbol.toStringTag that it inherits from Map. */
if (parseInt(process.versions.v8, 10) < 10) {
	delete constructors.TruthTable;
}
gc();
truth.write({
	constructors, ducks: rows, prototypes: { TruthCat: 1, TruthLion: 1, TruthOld: 1 }, spaces: v8.getHeapSpaceStatistics(), heap: v8.getHeapStatistics(),
	snapshot: truth.snapshotPath(),
});
v8.writeHeapSnapshot(truth.snapshotPath());
process.abort();
