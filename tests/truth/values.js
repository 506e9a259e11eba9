'use strict';
/*
 * values - ::jsprint against what the program wrote down itself.
 */
const assert = require('assert');
const crypto = require('crypto');
const { records, ofType } = require('../runner.js');

/* The first object of a class, printed whole. */
function printed(core, constructor, options) {
	const all = records(core, [`::findjsobjects -c ${constructor} -l | ::jsprint ${options}`]);
	const [first] = ofType(all, 'jsvalue');
	assert.match(first.address, /^0x[0-9a-f]+$/);
	assert.strictEqual(first.kind, 'object');
	assert.strictEqual(first.constructor, constructor);
	return first.value;
}

/*
 * Both sides as text, in order. What JSON cannot say is an object with $kind; of that, only the
 * members that the truth has are compared, mdbish may say more.
 */
function same(found, expected, where = '') {
	if (expected === null || typeof expected !== 'object') {
		assert.deepStrictEqual(found, expected, `${where}: ${show(found)}, should be ${show(expected)}`);
		return;
	}
	if (expected.$kind === '-0') {
		assert.ok(Object.is(found, -0), `${where}: ${show(found)}, should be -0`);
		return;
	}
	assert.ok(found !== null && typeof found === 'object', `${where}: ${show(found)}, should be ${show(expected)}`);
	assert.strictEqual(Array.isArray(found), Array.isArray(expected), `${where}: array or not`);
	const keys = Object.keys(expected);
	if (!('$kind' in expected)) {
		assert.deepStrictEqual(Object.keys(found), keys, `${where}: keys`);
	}
	for (const key of keys) {
		same(found[key], expected[key], `${where}.${key}`);
	}
}

function show(value) {
	return (JSON.stringify(value) ?? 'nothing').slice(0, 200);
}

function tree(suite, core, truth, constructor = 'TruthValues') {
	let root = {};
	suite.test('the object of all values is printed', () => {
		root = printed(core, constructor, '-d 8');
		assert.ok(Object.keys(root).length >= Object.keys(truth.values).length);
	});
	for (const [group, members] of Object.entries(truth.values)) {
		suite.test(`${group}: the same names in the same order`, () => {
			assert.deepStrictEqual(Object.keys(root[group]), Object.keys(members));
		});
		for (const [name, expected] of Object.entries(members)) {
			suite.test(`${group}.${JSON.stringify(name).slice(1, -1)}`, () => {
				same(root[group][name], expected, `${group}.${name}`);
			});
		}
	}
}

function sized(suite, core, truth) {
	let arrays = [];
	suite.test('arrays of many lengths are printed', () => {
		arrays = printed(core, 'TruthValues', '-d 3 -n 200000').sized;
		assert.strictEqual(arrays.length, truth.sized.length);
	});
	truth.sized.forEach(({ length, json }, i) => {
		suite.test(`an array of ${length}`, () => {
			const expected = json ?? Array.from({ length }, (unused, k) => (k % 7 ? k : `item ${k}`));
			assert.deepStrictEqual(arrays[i], expected);
		});
	});
}

function special(suite, core) {
	let root = {};
	suite.test('externals, cycles and depth are printed', () => {
		root = printed(core, 'TruthValues', '-d 300');
	});
	suite.test('an external one-byte string', () => {
		assert.strictEqual(root.externals.oneByte, 'E'.repeat(2 ** 20 + 16));
	});
	suite.test('an external two-byte string', () => {
		assert.strictEqual(root.externals.twoByte, 'F'.repeat(2 ** 19 + 8));
	});
	suite.test('a cycle ends', () => {
		assert.strictEqual(root.cycle.self.$kind, 'circular');
		assert.strictEqual(root.cycle.list[0].$kind, 'circular');
		assert.strictEqual(root.cycle.name, 'cycle');
	});
	suite.test('150 levels deep', () => {
		let levels = 0;
		for (let at = root.deep; at !== undefined; at = at.next) {
			assert.strictEqual(at.level, levels++);
		}
		assert.strictEqual(levels, 150);
	});
	suite.test('beyond the depth asked for it says that it was cut', () => {
		const cut = printed(core, 'TruthValues', '-d 2');
		assert.strictEqual(cut.deep.next.level, 1);
		assert.strictEqual(cut.deep.next.next.$kind, 'truncated');
	});
}

/* What was too long to write down twice. */
function natives(suite, core, truth) {
	let found = {};
	suite.test('sources of Node are printed', () => {
		found = printed(core, 'TruthKinds', '-d 1').natives;
		assert.ok(Object.keys(truth.natives).length > 4);
	});
	for (const [name, { length, sha256 }] of Object.entries(truth.natives)) {
		suite.test(`the source of ${name}, in the executable`, () => {
			const text = found[name];
			assert.strictEqual(text.length, length);
			assert.strictEqual(crypto.createHash('sha256').update(text).digest('hex'), sha256);
		});
	}
}

function globals(suite, core) {
	suite.test('the global object', () => {
		const all = records(core, ['::findjsobjects -c TruthKinds -l | ::jsprint -d 0 global']);
		const [{ value }] = ofType(all, 'jsvalue');
		for (const name of ['Array', 'parseInt', 'setTimeout']) {
			assert.strictEqual(value[name].$kind, 'function', name);
			assert.strictEqual(value[name].name, name);
		}
		assert.strictEqual(value.truthKinds.$kind, 'truncated');
		assert.strictEqual(value.globalThis.$kind, 'circular');
	});
}

/* No kind of object is beyond ::findjsobjects. */
function grouped(suite, core) {
	suite.test('all of them are grouped', () => {
		assert.deepStrictEqual(records(core, ['::findjsobjects']).filter((r) => r.type === 'warning'), []);
	});
}

module.exports = { same, tree, sized, special, natives, globals, grouped };
