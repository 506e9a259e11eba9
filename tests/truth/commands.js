'use strict';
/*
 * commands - what every command says of itself is true: its examples run, as text and as JSON, and
 * each record has exactly the columns that were declared.
 */
const assert = require('assert');
const { mdbish, records, ofType } = require('../runner.js');

/* What `::help NAME` tells: { records: Map(type -> columns), examples: [line] }. */
function declared(text) {
	const part = (title) => {
		const found = new RegExp(`^${title}:\\n((?: .*\\n?)*)`, 'm').exec(text);
		return found === null ? [] : found[1].split('\n').filter((line) => line.trim() !== '');
	};
	return {
		records: new Map(part('records \\(--json\\)').map((line) => {
			const [type, columns] = line.trim().split(': ');
			return [type, (columns ?? '').split(', ')];
		})),
		// Two blanks at least stand between an example and what it is good for.
		examples: part('examples').map((line) => line.trim().split(/ {2,}/)[0]),
	};
}

function load(suite, core) {
	const all = new Map();
	for (const { name } of ofType(records(core, ['::commands']), 'command')) {
		const [{ text }] = ofType(records(core, [`::help ${name}`]), 'help');
		all.set(name, declared(text));
		suite.test(`${name} has help, and an example unless it takes nothing`, () => {
			const [, usage] = new RegExp(`^${name} - .+\n\nusage: (.+)\n`).exec(text);
			assert.ok(all.get(name).examples.length > 0 || usage === `::${name}`, usage);
		});
	}
	return all;
}

function columns(all, record) {
	const sets = [...all.values()].flatMap(({ records: r }) => (r.has(record.type) ? [r.get(record.type)] : []));
	assert.ok(sets.length > 0, `no command declares a record ${record.type}`);
	const keys = Object.keys(record).filter((key) => key !== 'type');
	assert.ok(sets.some((set) => JSON.stringify(set) === JSON.stringify(keys)),
		`${record.type} has ${keys}, declared is ${sets[0]}`);
}

function examples(suite, core) {
	const all = load(suite, core);
	for (const [name, { examples: lines }] of all) {
		for (const line of lines) {
			suite.test(`example of ${name}: ${line}`, () => {
				const text = mdbish(['-e', line, core]);
				assert.strictEqual(text.signal, null);
				assert.strictEqual(text.status, 0, text.stderr);
				records(core, [line]).forEach((record) => columns(all, record));
			});
		}
	}
	return all;
}

/* The same examples on another Node, all in one run. */
function together(suite, core) {
	suite.test('all examples run', () => {
		const lines = [...load(suite, core).values()].flatMap((c) => c.examples)
			.filter((line) => !/quit|^q$/.test(line));
		records(core, lines, { options: ['--keep-going'] });
	});
}

function aliases(suite, core) {
	for (const { name, aliases: others } of ofType(records(core, ['::commands']), 'command')) {
		for (const alias of others) {
			suite.test(`${alias} is ${name}`, () => {
				const [{ text }] = ofType(records(core, [`::help ${alias}`]), 'help');
				assert.ok(text.startsWith(`${name} - `), text.slice(0, 80));
			});
		}
	}
}

/* Each walker finds something; those of an object are given one. */
function walkers(suite, core) {
	const source = {
		jselement: '::findjsobjects -c Array -l | ::walk jselement',
		jsprop: '::findjsobjects -c TruthValues -l | ::walk jsprop',
	};
	for (const { name } of ofType(records(core, ['::walkers']), 'walker')) {
		suite.test(`::walk ${name}`, () => {
			const found = records(core, [`${source[name] ?? `::walk ${name}`} | ::count`]);
			const [{ count }] = found.slice(-1);
			assert.ok(count > 0, JSON.stringify(found.slice(-1)));
		});
	}
}

module.exports = { examples, together, aliases, walkers };
