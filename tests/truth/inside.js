'use strict';
/*
 * inside - functions, scopes, scripts, and V8's own objects, against what the program knew of itself
 * and what its debugger was told.
 */
const assert = require('assert');
const { records, ofType } = require('../runner.js');
const values = require('./values.js');

const KEPT = { functions: '-c TruthFunctions -p declaration', closures: '-c TruthClosures -p increment' };

/* The values that the program kept, through a command, in the order of their names. */
function kept(core, what, command) {
	return records(core, [`::findjsobjects ${KEPT[what]} -l | ::walk jsprop | ${command}`]);
}

function functions(suite, core, truth) {
	let found = [];
	suite.test('::jssource of every function', () => {
		found = ofType(kept(core, 'functions', '::jssource'), 'source');
		assert.strictEqual(found.length, truth.functions.length);
	});
	truth.functions.forEach((f, i) => {
		suite.test(`the text of ${f.label}`, () => {
			assert.strictEqual(found[i].source, f.source);
			assert.strictEqual(found[i].end - found[i].start, f.source.length);
		});
		suite.test(`the name and place of ${f.label}`, () => {
			assert.strictEqual(found[i].file, f.file);
			assert.strictEqual(found[i].start, f.start ?? found[i].start);
			if (f.line !== null) {
				assert.deepStrictEqual([found[i].line, found[i].column], [f.line, f.column]);
			}
			if (f.name !== '' && !f.name.startsWith('get ')) {
				assert.ok([f.name, null].includes(found[i].function) || f.label === 'made'
					|| found[i].function.endsWith(f.label), `${found[i].function} for ${f.name}`);
			}
		});
	});
}

/* Scopes of each closure in order, with their variables. */
function chains(core) {
	const all = [];
	for (const record of kept(core, 'closures', '::jsclosure')) {
		if (record.type === 'scope') {
			if (record.index === 0) {
				all.push([]);
			}
			all[all.length - 1].push({ ...record, variables: {} });
		} else if (record.type === 'variable') {
			const scopes = all[all.length - 1];
			scopes[record.index].variables[record.name] = record.value;
		}
	}
	return all;
}

/* V8 has variables of its own, such as `.this_function`, `this` and `new.target`. */
function named(variables) {
	return Object.keys(variables).filter((n) => !n.startsWith('.') && n !== 'this' && n !== 'new.target').sort();
}

function closures(suite, core, truth) {
	let all = [];
	suite.test('::jsclosure of every function', () => {
		all = chains(core);
		assert.strictEqual(all.length, truth.closureOrder.length);
		all.forEach((chain) => assert.strictEqual(chain[chain.length - 1].kind, 'native'));
	});
	const chainOf = (label) => all[truth.closureOrder.indexOf(label)];
	for (const { label, scopes } of truth.closures) {
		scopes.forEach(({ kind, variables }, i) => {
			suite.test(`scope ${i} of ${label}: ${kind}`, () => {
				const found = chainOf(label)[i];
				assert.strictEqual(found.kind, kind);
				assert.deepStrictEqual(named(found.variables), Object.keys(variables).sort());
				for (const [name, value] of Object.entries(variables)) {
					values.same(found.variables[name], value, name);
				}
			});
		});
	}
	for (const [label, variables] of Object.entries(truth.someVariables)) {
		suite.test(`what ${label} sees`, () => {
			const seen = Object.assign({}, ...chainOf(label).map((s) => s.variables).reverse());
			for (const [name, value] of Object.entries(variables)) {
				values.same(seen[name], value, name);
			}
		});
	}
	suite.test('the scopes of a closure belong to functions of the program', () => {
		const [first, next] = chainOf('increment');
		assert.deepStrictEqual([first.function, next.kind], ['counter', 'function']);
		const { file } = truth.functions[0];
		assert.deepStrictEqual([first.file, next.file], [file, file]);
	});
}

function scripts(suite, core, truth) {
	let found = [];
	suite.test('::jsscripts has what the debugger was told', () => {
		found = ofType(records(core, ['::jsscripts']), 'script');
		const byId = new Map(found.map((s) => [s.id, s]));
		assert.ok(truth.scripts.length > 20);
		for (const { id, name, startLine, startColumn } of truth.scripts) {
			const mine = byId.get(id);
			if (mine === undefined && name === '') {
				continue; // evaluated code may be collected meanwhile
			}
			assert.ok(mine !== undefined, `no script ${id} ${name}`);
			if (name !== '' && !name.startsWith('file://')) {
				assert.strictEqual(mine.name, name);
			}
			assert.deepStrictEqual([mine.line_offset, mine.column_offset], [startLine, startColumn], name);
		}
	});
	for (const [name, length] of Object.entries(truth.scriptLengths)) {
		suite.test(`the source of ${name}`, () => {
			const [script] = found.filter((s) => s.name === name);
			assert.strictEqual(script.kind, 'normal');
			const [{ source }] = ofType(records(core, [`${script.address}::jssource`]), 'source');
			assert.strictEqual(source.length, script.length);
			assert.strictEqual(source.length, length ?? source.length);
		});
		suite.test(`the functions of ${name}`, () => {
			const [script] = found.filter((s) => s.name === name);
			const list = ofType(records(core, [`${script.address}::jsscripts -f`]), 'scriptfunction');
			assert.strictEqual(list.length, script.functions);
			const places = new Set(list.map((f) => `${f.line}:${f.column}:${f.end - f.start}`));
			const mine = truth.functions.filter((f) => f.file === name && f.label !== 'classItself');
			assert.ok(mine.length > 0);
			mine.forEach((f) => assert.ok(places.has(`${f.line}:${f.column}:${f.source.length}`), f.label));
		});
	}
	suite.test('a text selects scripts by name', () => {
		const some = ofType(records(core, ['::jsscripts in-script']), 'script');
		assert.deepStrictEqual(some.map((s) => s.name), ['/truth/in-script.js']);
	});
}

module.exports = { functions, closures, scripts };
