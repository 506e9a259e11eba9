'use strict';
/*
 * names - the constructor name of every object equals the one in V8's own heap snapshot.
 *
 * The snapshot has no addresses, so what is compared is how many objects go by each name. It counts
 * functions and regular expressions as nodes of other types, under other names, and contexts as objects.
 */
const assert = require('assert');
const { records, ofType } = require('../runner.js');
const snapshot = require('./snapshot.js');

const NAMED_OTHERWISE = ['Function', 'AsyncFunction', 'GeneratorFunction', 'AsyncGeneratorFunction', 'RegExp',
	'NameRegExp', 'Proxy'];
const MANY = 20;
const NEAR = 3; // objects that the writer of the snapshot made or let go
const FEW_LEFT = 0.01;

function likeV8(suite, core, truth) {
	const theirs = snapshot.load(truth.snapshot);
	const ours = new Map();
	suite.test('::findjsobjects -b counts by name', () => {
		for (const row of ofType(records(core, ['::findjsobjects -b']), 'jsobjects')) {
			ours.set(row.constructor, (ours.get(row.constructor) ?? 0) + row.count);
		}
		assert.ok(ours.size > 50, `${ours.size} names`);
	});
	const names = [...new Set([...ours.keys(), ...theirs.objects.keys()])].filter((name) =>
		name !== null && !NAMED_OTHERWISE.includes(name) && !name.startsWith('system / '));
	const off = (name) => Math.abs((ours.get(name) ?? 0) - (theirs.objects.get(name) ?? 0));
	const said = (name) => `${name} ${ours.get(name) ?? 0}, V8 ${theirs.objects.get(name) ?? 0}`;
	for (const name of names.filter((n) => n.startsWith('Name'))) {
		suite.test(`as many ${name} as V8 says`, () => assert.strictEqual(off(name), 0, said(name)));
	}
	suite.test('the program\'s names are among them', () => {
		const own = names.filter((n) => n.startsWith('Name'));
		assert.ok(own.length > Object.keys(truth.kinds).length / 3, `${own.length} names`);
	});
	suite.test('names of many objects count as V8 says', () => {
		const many = names.filter((n) => (theirs.objects.get(n) ?? 0) >= MANY || (ours.get(n) ?? 0) >= MANY);
		const wrong = many.filter((n) => off(n) > NEAR);
		assert.ok(many.length >= 20 && wrong.length <= many.length * FEW_LEFT, wrong.map(said).join('; '));
	});
	const totals = (type) => theirs.totals.get(type) ?? 0;
	suite.test('regular expressions count as V8 says', () => {
		assert.strictEqual((ours.get('RegExp') ?? 0) + (ours.get('NameRegExp') ?? 0),
			totals('regexp') + (theirs.objects.get('RegExp') ?? 0) + (theirs.objects.get('NameRegExp') ?? 0));
	});
	const differ = names.filter((n) => off(n) !== 0).sort((a, b) => off(b) - off(a));
	suite.note(`${names.length - differ.length} of ${names.length} names count as in V8's snapshot; not: `
		+ differ.slice(0, 8).map(said).join('; '));
}

module.exports = { likeV8 };
