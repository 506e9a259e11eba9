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

/* Addresses of some objects, spread over the heap. */
function sample(core, command, n) {
	const all = ofType(records(core, [command]), 'jsobject');
	const step = Math.max(1, Math.floor(all.length / n));
	return all.filter((unused, i) => i % step === 0).map((o) => BigInt(o.address));
}

function whatis(suite, core) {
	suite.test('::v8whatis finds objects from their middle, and only them', () => {
		const starts = sample(core, '::walk v8object', 100);
		const lines = starts.flatMap((v) => [`0x${v.toString(16)}::v8whatis`,
			`0x${(v - 1n + 7n).toString(16)}::v8whatis`]);
		const found = ofType(records(core, lines), 'v8whatis');
		assert.strictEqual(found.length, 2 * starts.length);
		starts.forEach((v, i) => {
			const [first, middle] = [found[2 * i], found[2 * i + 1]];
			assert.deepStrictEqual([first.kind, BigInt(first.object), first.offset], ['object', v, 0]);
			assert.ok(first.size >= 8 && first.instance_type !== null);
			assert.deepStrictEqual([middle.kind, BigInt(middle.object), middle.offset], ['object', v, 7]);
			const last = v - 1n + BigInt(first.size) - 1n;
			assert.ok(last < BigInt(first.page) + 2n ** 40n);
		});
	});
	suite.test('::whatis knows heap objects, too', () => {
		const [object] = sample(core, '::findjsobjects -c TruthFunctions -p declaration -l', 1);
		const at = `0x${(object + 7n).toString(16)}`;
		const [{ heap_object: text }] = ofType(records(core, [`${at}::whatis`]), 'whatis');
		assert.ok(text.startsWith(`JS_OBJECT 0x${object.toString(16)}+8 in `), text);
	});
	suite.test('the byte behind an object is not of it', () => {
		const [object] = sample(core, '::findjsobjects -c TruthFunctions -p declaration -l', 1);
		const at = (v) => ofType(records(core, [`0x${v.toString(16)}::v8whatis`]), 'v8whatis')[0];
		const { size } = at(object);
		const end = object - 1n + BigInt(size);
		assert.strictEqual(BigInt(at(end - 1n).object), object);
		assert.notStrictEqual(at(end).object, `0x${object.toString(16)}`);
	});
	suite.test('::v8whatis knows roots, headers and what is no heap', () => {
		const [root] = ofType(records(core, ['::v8roots -n undefined_value']), 'root');
		const [page] = ofType(records(core, ['::v8pages']), 'page');
		const [a, b, c] = ofType(records(core, [`${root.address}::v8whatis`,
			`${page.address}::v8whatis`, '0x10::v8whatis']), 'v8whatis');
		assert.deepStrictEqual([a.kind, a.root], ['outside', 'undefined_value']);
		assert.deepStrictEqual([b.kind, b.page], ['header', page.address]);
		assert.strictEqual(c.kind, 'outside');
	});
}

/* The map of an object knows its properties in their order; ::v8print shows them with their values. */
function maps(suite, core, truth) {
	const object = `::findjsobjects ${KEPT.closures} -l`;
	let properties = [];
	suite.test('::v8map has the properties of an object', () => {
		const all = records(core, [`${object} | ::v8map`]);
		const [map] = ofType(all, 'v8map');
		properties = ofType(all, 'descriptor');
		assert.deepStrictEqual(properties.map((d) => d.name), truth.closureOrder);
		assert.deepStrictEqual([map.properties, map.constructor_name, map.instance_type],
			[truth.closureOrder.length, 'TruthClosures', 'JS_OBJECT']);
		assert.ok(properties.every((d) => d.writable && d.enumerable && d.configurable));
		assert.ok(map.bits.includes('extensible') && !map.bits.includes('callable'));
	});
	suite.test('::v8map of a function says that it is callable', () => {
		const [{ bits }] = ofType(kept(core, 'functions', '::v8map'), 'v8map');
		assert.ok(bits.includes('callable'));
	});
	suite.test('::v8print shows every word once', () => {
		for (const command of ['::findjsobjects -c Map -n 1', '::jsscripts in-script', '::v8roots -n undefined_value']) {
			const [{ size }] = ofType(records(core, [`${command} | ::v8whatis`]), 'v8whatis');
			const fields = ofType(records(core, [`${command} | ::v8print -n 10000`]), 'field');
			let end = 0;
			for (const field of fields) {
				assert.strictEqual(field.offset, end, command);
				end = field.offset + field.bytes;
			}
			assert.strictEqual(end, size, command);
			assert.strictEqual(fields[0].name, 'map');
		}
	});
	suite.test('::v8print gives properties the values that ::jsprint has', () => {
		const fields = ofType(records(core, [`${object} | ::v8print`]), 'field');
		const own = fields.filter((f) => f.source === 'property');
		const mine = properties.filter((d) => d.location === 'object');
		assert.deepStrictEqual(own.map((f) => [f.name, f.offset]), mine.map((d) => [`.${d.name}`, d.offset]));
		const walked = ofType(records(core, [`${object} | ::walk jsprop`]), 'jsobject').map((o) => o.address);
		assert.deepStrictEqual(own.map((f) => f.value), walked.slice(0, own.length));
	});
	suite.test('::v8print names the variables of a context', () => {
		const [scope] = kept(core, 'closures', '::jsclosure -l 1').filter((r) => r.type === 'scope' && r.kind === 'function');
		const all = records(core, [`${scope.address}::jsclosure -l 1`, `${scope.address}::v8print`]);
		const names = ofType(all, 'variable').map((v) => v.name);
		const fields = ofType(all, 'field').map((f) => f.name);
		assert.ok(names.length > 0);
		names.forEach((n) => assert.ok(fields.includes(n), `${n} in ${fields}`));
	});
}

/* V8 counts at the moment of the call, then the truth is written: that takes some memory, too. */
const TRUTH_BYTES = 64 * 1024;
const PAGE_BYTES = 256 * 1024;

function spaces(suite, core, truth) {
	let found = [];
	suite.test('::v8spaces has the spaces that V8 has', () => {
		found = ofType(records(core, ['::v8spaces']), 'v8space');
		assert.ok(found.length >= 5);
	});
	for (const space of truth.spaces.filter((s) => s.space_size > 0 && s.space_name !== 'read_only_space')) {
		suite.test(`${space.space_name} as V8 counts it`, () => {
			const mine = found.find((s) => s.space === space.space_name);
			const pages = (mine.committed - space.space_size) / PAGE_BYTES;
			// Exact, unless writing the truth took one page more, or its end gave one back.
			assert.ok([0, 1, -1].includes(pages), `${mine.committed} committed, V8 says ${space.space_size}`);
			if (space.space_name !== 'new_space') {
				const more = space.space_used_size - mine.used;
				assert.ok(more >= -TRUTH_BYTES && more <= mine.reserved + TRUTH_BYTES,
					`V8 counts ${more} bytes more, ${mine.reserved} are reserved`);
				assert.ok(Math.abs(mine.walked - mine.used) <= TRUTH_BYTES, 'what the walk finds');
			}
		});
	}
}

function code(suite, core) {
	suite.test('::v8code has the hot function\'s machine code', () => {
		const own = `::findjsobjects ${KEPT.functions} -l | ::jsprint -d 0 hot`;
		const [{ address }] = ofType(records(core, [own]), 'jsvalue');
		const found = ofType(records(core, [`${address}::v8code`]), 'code');
		assert.ok(found.every((c) => c.function === 'hot' && c.size > 0 && c.kind !== 'builtin'));
		const middle = `0x${(BigInt(found[0].start) + 5n).toString(16)}`;
		const [same] = ofType(records(core, [`${middle}::v8code`]), 'code');
		assert.deepStrictEqual([same.address, same.offset], [found[0].address, 5]);
	});
	suite.test('::v8code knows builtins by name', () => {
		const all = ofType(records(core, ['::v8code -k builtin']), 'code');
		const names = new Set(all.map((c) => c.function));
		assert.ok(all.length > 1000, `${all.length} builtins`);
		['ArrayMap', 'JSEntry', 'PromiseConstructor'].forEach((n) => assert.ok(names.has(n), `${n} is missing`));
	});
}

function facts(suite, core) {
	suite.test('no fact of the layout is wrong', () => {
		const all = records(core, ['::v8selftest']);
		const [sum] = ofType(all, 'selftest');
		const wrong = ofType(all, 'fact').filter((f) => f.verdict === 'DISPROVED');
		assert.deepStrictEqual(wrong, []);
		assert.ok(sum.proved >= 90, `${sum.proved} are proved`);
		suite.note(`${sum.proved} facts are proved, ${sum.symbol} rest on symbols, ${sum.table} on the table, `
			+ `${sum.unknown} are not known`);
	});
	suite.test('types have names', () => {
		const types = ofType(records(core, ['::v8types']), 'v8type');
		const sum = (list) => list.reduce((total, t) => total + t.count, 0);
		// V8 numbers constructors of classes, promises ... apart from other functions.
		const nameless = types.filter((t) => t.name === null && t.class !== 'function');
		assert.ok(sum(nameless) <= sum(types) / 1000, JSON.stringify(nameless));
		const functions = types.filter((t) => t.class === 'function');
		const found = ofType(records(core, ['::findjsobjects -c Function']), 'jsobjects');
		assert.ok(sum(functions) >= found.reduce((total, g) => total + g.count, 0) / 2);
	});
	suite.test('roots have the values that their names say', () => {
		const roots = new Map(ofType(records(core, ['::v8roots']), 'root').map((r) => [r.name, r]));
		for (const [name, text] of [['undefined_value', 'undefined'], ['null_value', 'null'],
			['true_value', 'true'], ['length_string', '"length"']]) {
			assert.strictEqual(roots.get(name).text, text);
		}
	});
}

/* Node's own numbers of its threads, and what each of them made. */
function workers(suite, core, truth) {
	suite.test('isolates have the numbers of their workers', () => {
		const all = ofType(records(core, ['::isolates']), 'isolate');
		assert.deepStrictEqual(all.map((i) => i.worker).sort(), [0, ...truth.workers.map((n, i) => i + 1)]);
		for (const { isolate, worker } of all.filter((i) => i.worker > 0)) {
			const found = records(core, [`::isolate ${isolate}`, '::findjsobjects -c TruthWorkerThing']);
			const count = ofType(found, 'jsobjects').reduce((sum, g) => sum + g.count, 0);
			assert.strictEqual(count, truth.workers[worker - 1]);
		}
	});
	suite.test('scripts are those of the selected isolate', () => {
		const of = (i) => ofType(records(core, [`::isolate ${i}`, '::jsscripts']), 'script');
		const all = ofType(records(core, ['::jsscripts']), 'script');
		const each = truth.workers.map((n, i) => i).concat(truth.workers.length).map(of);
		assert.strictEqual(each.reduce((sum, list) => sum + list.length, 0), all.length);
		each.forEach((list, i) => assert.ok(list.every((s) => s.isolate === i)));
	});
}

module.exports = { workers, functions, closures, scripts, whatis, maps, spaces, code, facts };
