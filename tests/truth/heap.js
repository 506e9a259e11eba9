'use strict';
/*
 * heap - numbers of objects: per constructor and per duck type against what the program made, and
 * against V8's own heap snapshot of the same moment.
 */
const assert = require('assert');
const { records, ofType, skip } = require('../runner.js');
const snapshot = require('./snapshot.js');

function isRow(row) {
	assert.match(row.address, /^0x[0-9a-f]+$/);
	assert.ok(Number.isInteger(row.count) && row.count > 0, `count ${row.count}`);
	assert.ok(Number.isInteger(row.size) && row.size >= row.count * 8, `size ${row.size}`);
	assert.ok(Array.isArray(row.properties), `properties ${row.properties}`);
	assert.ok(row.constructor === null || typeof row.constructor === 'string');
}

function sum(rows) {
	return rows.reduce((total, row) => total + row.count, 0);
}

function byConstructor(rows) {
	const counts = new Map();
	for (const { constructor, count } of rows) {
		counts.set(constructor, (counts.get(constructor) ?? 0) + count);
	}
	return counts;
}

/* What every core with a truth can be asked. */
function counts(suite, core, truth) {
	let rows = [];
	suite.test('::findjsobjects gives rows as declared', () => {
		rows = ofType(records(core, ['::findjsobjects']), 'jsobjects');
		rows.forEach(isRow);
	});
	const found = byConstructor(rows);
	for (const [name, made] of Object.entries(truth.constructors ?? {})) {
		suite.test(`made ${made} of ${name}`, () => {
			assert.strictEqual(found.get(name) ?? 0, made + (truth.prototypes?.[name] ?? 0));
		});
	}
	for (const duck of truth.ducks ?? []) {
		suite.test(`made ${duck.count} of ${duck.constructor}: ${duck.properties.slice(0, 6)}`, () => {
			const key = JSON.stringify(duck.properties);
			const like = rows.filter((r) => r.constructor === duck.constructor
				&& JSON.stringify(r.properties) === key);
			assert.strictEqual(sum(like), duck.count);
			assert.strictEqual(like.length, 1, 'one row a duck type');
		});
	}
	return { rows, found };
}

/* -c, -p, -l, ADDR::findjsobjects and pipes agree with the rows. */
function selections(suite, core, truth, { rows }) {
	const name = 'TruthOldHeir';
	const made = truth.constructors[name];
	const [row] = rows.filter((r) => r.constructor === name);
	const listed = (all) => new Set(ofType(all, 'jsobject').map((r) => r.address));
	suite.test('-c NAME gives only that constructor', () => {
		const some = ofType(records(core, [`::findjsobjects -c ${name}`]), 'jsobjects');
		assert.deepStrictEqual([...byConstructor(some)], [[name, made]]);
	});
	suite.test('-p PROPERTY gives only what has it', () => {
		const some = ofType(records(core, ['::findjsobjects -p heirloom']), 'jsobjects');
		assert.ok(some.every((r) => r.properties.includes('heirloom')));
		assert.strictEqual(sum(some), made);
	});
	suite.test('-l lists each one once', () => {
		const all = records(core, [`::findjsobjects -c ${name} -l`]);
		assert.strictEqual(ofType(all, 'jsobject').length, made);
		assert.strictEqual(listed(all).size, made);
		assert.ok(listed(all).has(row.address), 'the representative is one of them');
		assert.ok(ofType(all, 'jsobject').every((r) => r.constructor === name));
	});
	suite.test('ADDR::findjsobjects lists all like it', () => {
		const all = records(core, [`${row.address}::findjsobjects`]);
		assert.strictEqual(listed(all).size, made);
	});
	suite.test('a pipe takes each object on', () => {
		const all = records(core, [`::findjsobjects -c ${name} -l | ::jsprint`]);
		const ids = ofType(all, 'jsvalue').map((r) => r.value.a).sort((a, b) => a - b);
		assert.deepStrictEqual(ids, Array.from({ length: made }, (unused, i) => i));
	});
	suite.test('the same rows with one thread and with several', () => {
		const sorted = (jobs) => ofType(records(core, ['::findjsobjects'], { options: ['-j', jobs] }),
			'jsobjects').map((r) => JSON.stringify([r.constructor, r.properties, r.count, r.size])).sort();
		const alone = sorted('1');
		for (let i = 0; i < 3; i++) {
			assert.deepStrictEqual(sorted('4'), alone);
		}
	});
}

/* The snapshot has types of their own for functions and regular expressions, whatever made them. */
const FUNCTIONS = ['Function', 'AsyncFunction', 'GeneratorFunction', 'AsyncGeneratorFunction'];

function againstSnapshot(suite, truth, { found }) {
	let mine = [];
	let theirs = null;
	suite.test('V8 wrote a heap snapshot', () => {
		theirs = snapshot.load(truth.snapshot);
		mine = [...found].filter(([name]) => name !== null && name !== 'RegExp' && !FUNCTIONS.includes(name));
		assert.ok(mine.length > 50, `${mine.length} constructors`);
	});
	if (theirs === null) {
		return;
	}
	suite.test('V8\'s snapshot counts functions alike', () => {
		const functions = FUNCTIONS.reduce((all, name) => all + (found.get(name) ?? 0), 0);
		const objects = FUNCTIONS.reduce((all, name) => all + (theirs.objects.get(name) ?? 0), 0);
		assert.strictEqual(functions, theirs.totals.get('closure') + objects);
	});
	suite.test('V8\'s snapshot counts regular expressions alike', () => {
		const objects = theirs.objects.get('RegExp') ?? 0;
		assert.strictEqual(found.get('RegExp'), theirs.totals.get('regexp') + objects);
	});
	const off = ([name, count]) => Math.abs(count - (theirs.objects.get(name) ?? 0));
	const total = (list, number) => list.reduce((all, entry) => all + number(entry), 0);
	const differ = mine.filter((entry) => off(entry) !== 0).sort((a, b) => off(b) - off(a));
	const equal = mine.length - differ.length;
	const share = 1 - total(differ, off) / total(mine, ([, count]) => count);
	suite.note(`${equal} of ${mine.length} constructors count as in V8's snapshot, `
		+ `${(share * 100).toFixed(2)} % of the objects; not: `
		+ differ.slice(0, 8).map(([n, c]) => `${n} ${c}/${theirs.objects.get(n) ?? 0}`).join(', '));
	// V8's snapshot counts its pattern objects of literals, and names proxies after their targets.
	suite.test('nearly all objects count as in V8\'s snapshot', () => {
		assert.ok(share > 0.99 && equal / mine.length > 0.95, `${equal} of ${mine.length}, ${share}`);
	});
	for (const name of Object.keys(truth.constructors)) {
		suite.test(`V8's snapshot counts ${name} alike`, () => {
			assert.strictEqual(found.get(name), theirs.objects.get(name));
		});
	}
}

/* The linear walk meets no word that cannot be an object. */
function missteps(suite, core, truth) {
	suite.test('the heap walks without a misstep', () => {
		const pages = records(core, ['::v8pages']).filter((r) => 'missteps' in r);
		assert.ok(pages.length >= 5, `${pages.length} pages`);
		const bad = pages.filter((r) => r.missteps !== 0);
		assert.deepStrictEqual(bad, []);
	});
}

/* -i takes the isolates apart: each worker has its own things, the main one none of theirs. */
function isolates(suite, core, truth) {
	const count = (isolate, name) => sum(records(core, [`::findjsobjects -i ${isolate} -c ${name}`])
		.filter((r) => r.type === 'jsobjects'));
	const all = Array.from({ length: truth.isolates }, (unused, i) => i);
	suite.test('each worker has its own objects', () => {
		const found = all.map((i) => count(i, 'TruthWorkerThing'));
		assert.strictEqual(found[0], 0);
		assert.deepStrictEqual(found.slice(1).sort(), truth.workers.slice().sort());
	});
	suite.test('the main thread has its own', () => {
		const found = all.map((i) => count(i, 'TruthMainThing'));
		assert.deepStrictEqual(found, all.map((i) => (i === 0 ? truth.constructors.TruthMainThing : 0)));
	});
}

function oom(suite, core) {
	let made = 0;
	suite.test('the program\'s own progress can be read', () => {
		const all = records(core, ['::findjsobjects -p truthMade -l | ::jsprint']);
		const values = ofType(all, 'jsvalue').map((r) => r.value.truthMade);
		made = Math.max(...values);
		assert.ok(made > 10000, `made ${made}`);
	});
	suite.test('all that it made is counted', () => {
		const rows = ofType(records(core, ['::findjsobjects -c TruthOom']), 'jsobjects');
		// It may have died inside of one more constructor.
		assert.ok(sum(rows) === made || sum(rows) === made + 1, `${sum(rows)} counted, ${made} made`);
	});
}

module.exports = { counts, selections, againstSnapshot, missteps, isolates, oom };
