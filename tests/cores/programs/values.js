'use strict';
/*
 * values - one object whose properties hold every kind of value, each written down beside it.
 */
const truth = require('./truth.js');

class TruthValues {}

const root = new TruthValues();
globalThis.truthValues = root;

/* Strings that V8 cannot share with a constant of this file. */
function fresh(text) {
	return Buffer.from(text, 'utf16le').toString('utf16le');
}

const numbers = {
	zero: 0, one: 1, minusOne: -1, smiMax: 2147483647, smiMin: -2147483648, beyondSmi: 2147483648,
	half: 0.5, tenth: 0.1, third: 1 / 3, pi: Math.PI, huge: 1e300, tiny: 5e-324, max: Number.MAX_VALUE,
	two53: 2 ** 53, belowTwo53: 2 ** 53 - 1, e21: 1e21, minusZero: -0, notANumber: NaN,
	infinite: Infinity, minusInfinite: -Infinity, minusHalf: -0.5,
};

const oddballs = { yes: true, no: false, nothing: null, missing: undefined };

function strings() {
	const digits = '0123456789abcdefghijklmnopqrstuvwxyz';
	const s = {
		empty: '', short: 'short', escapes: '"quoted" \\ \n\t\b\f\r \u0000 \u0001 \u001f \u007f /',
		latin: 'na\u00efve caf\u00e9', chinese: '\u4f60\u597d', emoji: 'a\u{1f600}b\u{1f468}\u200d\u{1f469}',
		separators: '\u2028\u2029', heapOneByte: Buffer.from(`${digits}!`).toString('latin1'),
		heapTwoByte: fresh(`\u4f60${digits}`), long: fresh('L'.repeat(5000)),
	};
	s.cons = s.heapOneByte + s.heapTwoByte;
	s.consDeep = '';
	for (let i = 0; i < 2000; i++) {
		s.consDeep += `${i}, `;
	}
	s.sliced = fresh(digits.repeat(10)).slice(5, 100);
	s.slicedTwoByte = fresh(`\u597d${digits}`.repeat(10)).slice(3, 90);
	s.thin = fresh('made thin by ').concat('being a key');
	s.thinHolder = { [s.thin]: 'x' };
	return s;
}

/* External strings: their characters live outside of V8's heap. */
function externals() {
	return {
		oneByte: Buffer.alloc(2 ** 20 + 16, 'E').toString('latin1'),
		twoByte: Buffer.alloc(2 ** 20 + 16, 'F\0').toString('utf16le'),
	};
}

function objects() {
	const o = {
		empty: {}, plain: { a: 1, b: 'two', c: null }, nested: { a: { b: { c: { d: { e: 'deep' } } } } },
		dictionary: {}, nullProto: Object.create(null), outOfObject: { first: 1 },
		indexed: { 0: 'zero', 1: 'one', 7: 'seven', named: 'x' }, frozen: Object.freeze({ f: 1, g: 'two' }),
		sealed: Object.seal({ s: 1 }), fixed: Object.preventExtensions({ n: 1 }),
		doubles: { d: 1.5, e: 2.25, f: 1e100, g: -7 }, 'odd "key"\n': 'odd', '': 'no name',
		accessor: { get both() { return 1; }, set both(v) {}, plain: 2 },
		deleted: { a: 1, b: 2, c: 3 }, ['\u4f60\u597d']: 'two-byte key',
	};
	for (let i = 0; i < 60; i++) {
		o.dictionary[`key${i}`] = i;
	}
	for (let i = 0; i < 30; i++) {
		delete o.dictionary[`key${i}`];
	}
	o.nullProto.n = 'p';
	for (let i = 0; i < 40; i++) {
		o.outOfObject[`p${i}`] = `v${i}`;
	}
	delete o.deleted.c;
	// Fields change their representation from small integers to doubles to anything.
	const changing = [1, 2, 3].map((i) => ({ changing: i }));
	changing[1].changing = 2.5;
	changing[2].changing = 'three';
	o.changing = changing;
	return o;
}

function arrays() {
	const a = {
		empty: [], smi: [1, 2, 3, -4], smiHoley: [1, , 3], double: [1.5, -2.5, 0.25, -0],
		doubleHoley: [1.5, , NaN], object: ['a', {}, 3, null, undefined, true], objectHoley: ['a', , null],
		frozen: Object.freeze([1, 2, 'x']), sealed: Object.seal([9, 'y']), fixed: Object.preventExtensions([8, 'z']),
		nested: [[1, [2, [3, [4]]]]], preset: new Array(5), shrunk: [1, 2, 3, 4, 5, 6, 7, 8],
		sparse: [], spare: [],
	};
	a.shrunk.length = 3;
	a.sparse[12] = 'twelve';
	a.sparse[3] = 'three';
	for (let i = 0; i < 20; i++) {
		a.spare.push(i);
	}
	return a;
}

function sized(length) {
	return Array.from({ length }, (unused, i) => (i % 7 ? i : `item ${i}`));
}

function collections() {
	const c = {
		map: new Map(), emptyMap: new Map(), set: new Set(['s0', 1, null, { in: 'set' }]), grown: new Map(),
		mixed: new Map([[1, 'smi'], [1.5, 'double'], ['k', new Map([['in', 'ner']])], [{ o: 1 }, [1, 2]]]),
	};
	for (let i = 0; i < 10; i++) {
		c.map.set(`m${i}`, i * 1.5);
	}
	c.map.delete('m3');
	c.map.delete('m0');
	c.map.set('m3', 'again');
	c.set.delete(1);
	for (let i = 0; i < 300; i++) {
		c.grown.set(i, i);
		if (i % 3 === 0) {
			c.grown.delete(i - 2);
		}
	}
	return c;
}

function specials() {
	return {
		date: new Date(1234567890123), dateBefore1970: new Date(-86400001), dateInvalid: new Date(NaN),
		regexp: /ab+c\/d/giu, bigint: 123456789012345678901234567890n, bigintSmall: -5n, bigintZero: 0n,
		symbol: Symbol('a symbol'), named: function aName() {}, arrow: () => 1, method: { m() {} }.m,
		classItself: class TruthClass {}, buffer: Buffer.from('hello buffer'),
		u8: new Uint8Array([1, 2, 3]), f64: new Float64Array([1.25, -2.5]),
	};
}

Object.assign(root, {
	numbers, oddballs, strings: strings(), objects: objects(), arrays: arrays(), collections: collections(),
	specials: specials(),
});
const values = truth.encode(root);

// Beside these: too long to write down twice, or not a tree.
root.externals = externals();
root.sized = [0, 1, 1023, 1024, 4095, 4096, 4097, 100000].map(sized);
root.far = [];
root.far[100000] = 'far';
root.far[5] = 'near';
root.cycle = { name: 'cycle' };
root.cycle.self = root.cycle;
root.cycle.list = [root.cycle];
root.deep = { level: 0 };
for (let i = 1, at = root.deep; i < 150; i++) {
	at = at.next = { level: i };
}
truth.write({ values, sized: root.sized.map((a) => ({ length: a.length, json: a.length > 5000 ? null : a })) });
process.abort();
