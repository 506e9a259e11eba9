'use strict';
/*
 * kinds - an object of every kind that V8 keeps in a form of its own, and what it is to print as.
 */
const truth = require('./truth.js');

class TruthKinds {}

const root = new TruthKinds();
globalThis.truthKinds = root;

/* Say what a value is to print as, where encode() cannot see it from outside. */
const { as } = truth;

/* The value of an expression in syntax or with globals that this Node may not have; else undefined. */
function newer(expression) {
	try {
		return new Function(`'use strict'; return (${expression});`)();
	} catch (error) {
		return undefined;
	}
}

/* Leave out what this Node does not have. */
function known(object) {
	for (const key of Object.keys(object)) {
		if (object[key] === undefined) {
			delete object[key];
		}
	}
	return object;
}

const source = require('fs').readFileSync(__filename, 'utf8');

/* Where in this file a text stands that it has once (the mark in this call is cut in two). */
function place(text) {
	const before = source.slice(0, source.indexOf(text)).split('\n');
	return { file: __filename, line: before.length, column: before[before.length - 1].length + 1 };
}

function fn(name, more) {
	return Object.assign({ $kind: 'function', name }, more);
}

function functions() {
	function target(a, b) { return [this, a, b]; }
	const plain = fn('target', place('function ' + 'target(a'));
	const f = {
		withProperties: as(Object.assign(() => 1, { a: 1, b: [2] }), { $kind: 'function', properties: { a: 1, b: [2] } }),
		bound: as(target.bind({ me: 1 }, 'x', 2.5),
			fn('bound target', { target: plain, this: { me: 1 }, arguments: ['x', 2.5] })),
		boundTwice: as(target.bind(null).bind(undefined, 1), fn('bound bound target', {
			target: fn('bound target', { target: plain, this: null, arguments: [] }),
			this: { $kind: 'undefined' }, arguments: [1] })),
		target: as(target, plain), renamed: Object.defineProperty(() => 2, 'name', { value: 'renamed' }),
		named: { ['computed ' + 1]() {} }['computed 1'], symbolic: { [Symbol('sym')]: () => 1 },
		async: async () => 1, generator: function* generator() {}, builtin: Math.max, builtinBound: Math.max.bind(1),
		classWithStatic: as(newer('class Static { static s = 1; static t = { u: 2 }; }'),
			fn('Static', { properties: { s: 1, t: { u: 2 } } })),
	};
	f.symbolic = as(f.symbolic, { 'Symbol(sym)': fn('[sym]') });
	f.own = as(function own() {}, fn('own', { properties: { self: { $kind: 'circular' } } }));
	f.own.self = f.own;
	return known(f);
}

function classes() {
	const shared = { in: 'side' };
	class Base { constructor() { this.base = 1; } }
	class Derived extends Base { constructor() { super(); this.derived = 2; } }
	class Many extends Array {}
	class Pairs extends Map {}
	class Worse extends TypeError {}
	const c = {
		derived: new Derived(), derivedArray: Many.of(1, 2),
		derivedMap: as(new Pairs([[1, 2]]), { $kind: 'map', entries: [[1, 2]] }),
		derivedError: as(new Worse('worse'), { $kind: 'error', $constructor: 'Worse', message: 'worse' }),
		fields: as(newer('new (class Fields { #x = 1; #y = { in: "side" }; #z; pub = "p"; #d = 1.5; })'),
			{ '#x': 1, '#y': shared, '#z': { $kind: 'undefined' }, pub: 'p', '#d': 1.5 }),
		methods: as(newer(`new (class Methods {
			#a = 1; #m() { return this.#a; } get #g() { return 1; } set #s(v) {} get #b() { return 2; } set #b(v) {}
			static #notMine() {} pub() { return this.#m() + this.#g + this.#b; } })`), {
			'#m': fn('#m'), '#g': { $kind: 'getter', get: fn('get #g') }, '#s': { $kind: 'getter', set: fn('set #s') },
			'#b': { $kind: 'getter', get: fn('get #b'), set: fn('set #b') }, '#a': 1 }),
		prototype: as(Derived.prototype, { constructor: fn('Derived') }),
	};
	return known(c);
}

function keys() {
	const symbol = Symbol('own');
	const k = { [symbol]: 1, [Symbol.for('registered')]: 2, [Symbol.iterator]: 3, [Symbol()]: 4, text: 5 };
	const many = {};
	for (let i = 0; i < 50; i++) {
		many[`k${i}`] = i;
		delete many[`k${i - 1}`];
	}
	many[symbol] = 'in a dictionary';
	const doubles = {};
	for (let i = 0; i < 40; i++) {
		doubles[`d${i}`] = i + 0.5;
	}
	doubles.d3 = 3;
	doubles.d30 = -1e300;
	return {
		fast: as(k, { 'Symbol(own)': 1, 'Symbol(registered)': 2, 'Symbol(Symbol.iterator)': 3, 'Symbol()': 4, text: 5 }),
		dictionary: as(many, { k49: 49, 'Symbol(own)': 'in a dictionary' }),
		doubles, hidden: as(Object.defineProperty({ seen: 1 }, 'hidden', { value: 2 }), { seen: 1, hidden: 2 }),
		registered: Symbol.for('registered'), wellKnown: Symbol.iterator,
		big: 2n ** 100000n - 12345678901234567890n, bigger: as(-(2n ** 200000n), { $kind: 'bigint', value: `-0x1${'0'.repeat(50000)}` }),
		undescribed: as(Symbol(), { $kind: 'symbol', description: null }), emptyDescription: Symbol(''),
	};
}

function accessors() {
	function outer() {}
	const made = Object.defineProperty({}, 'later', { get: outer, enumerable: true, configurable: true });
	const list = [1, 2, 3];
	Object.defineProperty(list, 1, { get() { return 'two'; }, enumerable: true, configurable: true });
	return {
		getter: as({ get only() { return 1; } }, { only: { $kind: 'getter', get: fn('get only') } }),
		setter: as({ set only(v) {} }, { only: { $kind: 'getter', set: fn('set only') } }),
		both: as({ get two() { return 1; }, set two(v) {} },
			{ two: { $kind: 'getter', get: fn('get two'), set: fn('set two') } }),
		defined: as(made, { later: { $kind: 'getter', get: fn('outer', place('function ' + 'outer()')) } }),
		element: as(list, [1, { $kind: 'getter', get: fn('get') }, 3]),
	};
}

/* The rest of an iterator, from a copy made the same way. */
function moved(make, steps) {
	const [real, twin] = [make(), make()];
	for (let i = 0; i < steps; i++) {
		real.next();
		twin.next();
	}
	return { real, rest: truth.encode([...twin]) };
}

function iterators() {
	const map = new Map([['a', 1], ['b', { c: 2 }], ['d', 3]]);
	const set = new Set(['x', 2.5, null]);
	const array = ['first', 'second', 3];
	const it = {};
	for (const [of, collection] of [['Map', map], ['Set', set]]) {
		for (const over of ['keys', 'values', 'entries']) {
			for (const steps of [0, 2, 9]) {
				if (of === 'Set' && over === 'keys') {
					continue; // the same as values
				}
				const { real, rest } = moved(() => collection[over](), steps);
				it[`${of} ${over} ${steps}`] = as(real,
					{ $kind: 'iterator', type: `${of} Iterator`, over, values: rest, done: Number(steps === 9) });
			}
		}
	}
	// A table that grew, lost entries, or was cleared while it was gone through.
	const grown = new Map([[0, 0], [1, 1], [2, 2]]);
	const inGrown = grown.keys();
	inGrown.next();
	inGrown.next();
	grown.delete(0);
	for (let i = 3; i < 40; i++) {
		grown.set(i, i);
	}
	grown.delete(5);
	it.grown = as(inGrown, { $kind: 'iterator', type: 'Map Iterator', over: 'keys', values: [...grown.keys()].slice(1) });
	const cleared = new Set([1, 2, 3, 4]);
	const inCleared = cleared.values();
	inCleared.next();
	inCleared.next();
	cleared.clear();
	cleared.add('new');
	it.cleared = as(inCleared, { $kind: 'iterator', type: 'Set Iterator', over: 'values', values: ['new'] });
	for (const over of ['keys', 'values', 'entries']) {
		for (const steps of [0, 2, 9]) {
			const { real, rest } = moved(() => array[over](), steps);
			it[`Array ${over} ${steps}`] = as(real,
				Object.assign({ $kind: 'iterator', type: 'Array Iterator', over, done: Number(rest.length === 0) },
					rest.length > 0 ? { index: steps, target: array } : {}));
		}
	}
	it.typedArray = as(new Uint8Array([7, 8]).values(), { $kind: 'iterator', type: 'Array Iterator', over: 'values',
		index: 0, target: { $kind: 'buffer', type: 'Uint8Array', length: 2, hex: '0708' } });
	const string = 'a\u{1f600}b'[Symbol.iterator]();
	string.next();
	string.next();
	it.string = as(string, { $kind: 'iterator', type: 'String Iterator', index: 3, target: 'a\u{1f600}b' });
	if ('a'.matchAll !== undefined) {
		const matches = 'one two'.matchAll(/\w+/g);
		matches.next();
		it.regexp = as(matches, { $kind: 'iterator', type: 'RegExp String Iterator', target: 'one two',
			regexp: { $kind: 'regexp', source: '\\w+', flags: 'g', lastIndex: 3 }, done: 0 });
	}
	const helped = newer(`(() => {
		const all = {
			map: [1, 2, 3].values().map(function mapper(x) { return x * 2; }),
			filter: [1, 2, 3].values().filter(function even(x) { return x % 2 === 0; }),
			take: [1, 2, 3].values().take(2), drop: [1, 2, 3].values().drop(1),
			flatMap: [[1], [2]].values().flatMap(function flat(x) { return x; }),
		};
		all.map.next();
		all.map.next();
		all.take.next();
		return all;
	})()`);
	const over = (index) => ({ $kind: 'iterator', type: 'Array Iterator', over: 'values', index });
	if (helped !== undefined) {
		const helper = (name, underlying, more) => as(helped[name],
			Object.assign({ $kind: 'iterator', type: 'Iterator Helper', helper: name, underlying }, more));
		helper('map', over(2), { function: fn('mapper'), counter: 2 });
		helper('filter', over(0), { function: fn('even'), counter: 0 });
		helper('take', over(1), { remaining: 1 });
		helper('drop', over(0), { remaining: 1 });
		helper('flatMap', over(0), { function: fn('flat'), counter: 0 });
		Object.assign(it, helped);
	}
	return it;
}

async function promises() {
	const nothing = { $kind: 'undefined' };
	const promise = (state, more) => Object.assign({ $kind: 'promise', '[[state]]': state }, more);
	const p = {
		fulfilled: as(Promise.resolve({ value: 1 }), promise('fulfilled', { '[[result]]': { value: 1 } })),
		fulfilledUndefined: as(Promise.resolve(), promise('fulfilled', { '[[result]]': nothing })),
		rejected: as(Promise.reject('reason'), promise('rejected', { '[[result]]': 'reason' })),
		pending: as(new Promise(() => {}), promise('pending', { '[[reactions]]': [] })),
		withProperty: as(Object.assign(Promise.resolve(1), { note: 'mine' }), promise('fulfilled', { note: 'mine' })),
	};
	p.rejected.catch(() => {});
	const one = new Promise(() => {});
	one.then(function whenOne() {});
	p.oneReaction = as(one, promise('pending', { '[[reactions]]': [
		{ fulfill: fn('whenOne'), promise: promise('pending') }] }));
	const more = new Promise(() => {});
	more.then(function first() {}, function firstFailed() {});
	more.catch(function second() {});
	more.then(function third() {});
	p.threeReactions = as(more, promise('pending', { '[[reactions]]': [
		{ fulfill: fn('first'), reject: fn('firstFailed'), promise: promise('pending') },
		{ reject: fn('second'), promise: promise('pending') }, { fulfill: fn('third'), promise: promise('pending') }] }));
	const awaited = new Promise(() => {});
	async function waits() { await awaited; }
	p.result = as(waits(), promise('pending', { '[[reactions]]': [] }));
	p.awaited = as(awaited, promise('pending', { '[[reactions]]': [{ await: Object.assign(
		{ $kind: 'generator', type: 'async function', state: 'suspended', function: fn('waits') },
		place('await' + ' awaited;')) }] }));
	return p;
}

function proxies() {
	const revoked = Proxy.revocable({ gone: 1 }, {});
	revoked.revoke();
	return {
		object: as(new Proxy({ a: 1 }, { get() {} }),
			{ $kind: 'proxy', '[[target]]': { a: 1 }, '[[handler]]': { get: fn('get') } }),
		function: as(new Proxy(function callable() {}, {}),
			{ $kind: 'proxy', '[[target]]': fn('callable'), '[[handler]]': {} }),
		revoked: as(revoked.proxy, { $kind: 'proxy', '[[target]]': null, '[[handler]]': null }),
	};
}

async function generators() {
	function* plain(a, b) {
		let sum = a;
		yield 'first';
		for (const x of [1, 2]) { sum += yield x + b; }
		return sum;
	}
	const generator = (state, name, more) => Object.assign(
		{ $kind: 'generator', type: 'generator', state, function: fn(name) }, more);
	const me = { me: 'this' };
	const [fresh, first, loop, ended] = [0, 1, 2, 3].map((i) => plain.call(me, i, 1));
	first.next();
	loop.next();
	loop.next();
	ended.return(1);
	const g = {
		fresh: as(fresh, generator('suspended-start', 'plain', { this: me })),
		first: as(first, generator('suspended', 'plain', Object.assign(place('yield ' + "'first'"), { this: me }))),
		loop: as(loop, generator('suspended', 'plain', place('yield ' + 'x + b'))),
		ended: as(ended, generator('closed', 'plain')),
	};
	// It runs until the end of this program.
	function* runs() { finish(); yield 0; }
	g.running = as(runs(), generator('running', 'runs'));
	async function* asyncGenerator() { yield 1; await new Promise(() => {}); }
	const ag = asyncGenerator();
	await ag.next();
	g.async = as(ag, generator('suspended', 'asyncGenerator', Object.assign(place('yield ' + '1;'), { type: 'async generator' })));
	const stuck = asyncGenerator();
	await stuck.next();
	stuck.next();
	g.asyncAwaits = as(stuck, generator('suspended', 'asyncGenerator',
		Object.assign(place('await ' + 'new Promise'), { type: 'async generator' })));
	return g;
}

function errors() {
	function made(make) {
		const both = [];
		for (let i = 0; i < 2; i++) {
			both.push(make());
		}
		return both;
	}
	const error = (name, twin) => Object.assign(
		{ $kind: 'error', $constructor: name, stack: twin.stack },
		Object.prototype.hasOwnProperty.call(twin, 'message') ? { message: twin.message } : {});
	function thrower() { throw new RangeError('thrown'); }
	const caught = () => { try { return thrower(); } catch (e) { return e; } };
	class Custom extends Error { constructor(m) { super(m); this.name = 'Custom'; this.code = 'E_CODE'; } }
	const e = {};
	// Of two made at the same place one is asked for its stack, the other keeps V8's frames.
	const makers = {
		plain: () => new Error('plain message'), noMessage: () => new Error(), typed: () => new TypeError('typed'),
		caught, custom: () => new Custom('custom'), inArray: () => [0].map(function mapped(x) { return new Error('in map'); })[0],
		apply: () => (function applied() { return new Error('applied'); }).call({ of: 'a plain object' }),
		aliased: () => { const o = { alias: caught }; o.other = function real() { return new Error('aliased'); }; return o.other(); },
		onClass: () => new (class Deep { constructor() { this.e = this.make(); } make() { return new Error('deep'); } })().e,
		onArray: () => Object.assign([], { pick() { return new Error('on an array'); } }).pick(),
		onMap: () => { let made; new Map([[1, 1]]).forEach(() => { made = new Error('in forEach'); }); return made; },
		boxed: () => { String.prototype.boxedMaker = function boxedMaker() { 'use strict'; return new Error('boxed'); }; const e = 'text'.boxedMaker(); delete String.prototype.boxedMaker; return e; },
		constructed: () => new (function Maker() { this.error = new Error('in new'); })().error,
		evaluated: () => eval('new Error("in eval")'), native: () => { try { null.x; } catch (err) { return err; } return 0; },
		parsed: () => { try { JSON.parse('{'); } catch (err) { return err; } return 0; },
		static: () => (class Holder { static made() { return new Error('in static'); } }).made(),
		method: () => ({ method() { return new Error('in method'); } }).method(),
		getter: () => ({ get got() { return new Error('in getter'); } }).got,
		sorted: () => { let made; [2, 1].sort((a, b) => { made = new Error('in sort'); return a - b; }); return made; },
		replaced: () => { let made; 'a'.replace(/a/, () => { made = new Error('in replace'); return ''; }); return made; },
		multiline: () => new SyntaxError('two\nlines'), unicode: () => new Error('\u4f60\u597d \u{1f600}'),
	};
	for (const name of Object.keys(makers)) {
		const [unread, read] = made(makers[name]);
		e[`${name} unread`] = as(unread, error(unread.constructor.name, read));
		e[`${name} read`] = as(read, error(read.constructor.name, read));
	}
	const withCause = new Error('outer', { cause: new TypeError('inner') });
	if ('cause' in withCause) {
		e.cause = as(withCause, { $kind: 'error', message: 'outer',
			cause: { $kind: 'error', $constructor: 'TypeError', message: 'inner' } });
		e.causeText = as(new Error('outer', { cause: 'text' }), { $kind: 'error', cause: 'text' });
	}
	if (typeof AggregateError !== 'undefined') {
		e.aggregate = as(new AggregateError([new Error('one'), 2], 'both'), { $kind: 'error', $constructor: 'AggregateError',
			message: 'both', errors: [{ $kind: 'error', message: 'one' }, 2] });
	}
	const overwritten = new Error('o');
	overwritten.stack = 'my own stack';
	e.overwritten = as(overwritten, { $kind: 'error', stack: 'my own stack' });
	const captured = {};
	Error.captureStackTrace(captured);
	e.captured = as(captured, { stack: captured.stack });
	const limit = Error.stackTraceLimit;
	Error.stackTraceLimit = 0;
	e.without = as(new Error('no frames'), { $kind: 'error', stack: 'Error: no frames', message: 'no frames' });
	Error.stackTraceLimit = limit;
	return e;
}

/* Behind an await the callers are those who wait. */
async function asyncErrors(e) {
	const pair = (name, [unread, read]) => {
		e[`${name} unread`] = as(unread, { $kind: 'error', stack: read.stack });
	};
	async function inner() {
		await null;
		return [0, 1].map(() => new Error('behind await'));
	}
	async function outer() { return await inner(); }
	const object = { async method() { await null; return [0, 1].map(() => new Error('async method')); } };
	pair('async', await outer());
	pair('asyncMethod', await (async () => await object.method())());
	pair('asyncAll', (await Promise.all([1, inner()]))[1]);
	async function all() { return (await Promise.all([1, inner()]))[1]; }
	pair('asyncInAll', await all());
	return e;
}

/* A function of WebAssembly that calls one of JavaScript. */
function wasmError(e) {
	const bytes = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 7, 1, 1, 109, 1, 102, 0, 0, 3, 2, 1, 0,
		7, 5, 1, 1, 103, 0, 1, 10, 6, 1, 4, 0, 16, 0, 11];
	const made = [];
	const { exports } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(bytes)),
		{ m: { f: () => { made.push(new Error('called by wasm')); } } });
	for (let i = 0; i < 2; i++) {
		exports.g();
	}
	// mdbish tells the function, but not where in its module.
	e['wasm unread'] = as(made[0], { $kind: 'error',
		stack: made[1].stack.replace(/at .*?(wasm-function\[\d+\]).*/, 'at $1') });
	return e;
}

function hex(bytes) {
	return Buffer.from(bytes.buffer || bytes, bytes.byteOffset || 0, bytes.byteLength).toString('hex');
}

function binaries() {
	const bytes = (value, more) => as(value, Object.assign({ $kind: 'buffer', type: value.constructor.name,
		length: value.byteLength, hex: hex(value) }, more));
	const b = {};
	const values = [0, 1, 2, 3, 127, 200, 255, 65535, -1, 1.5, -2.25, NaN, Infinity];
	for (const type of [Int8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array,
		Float64Array, newer('Float16Array')]) {
		if (type !== undefined) {
			const small = type.from(values.slice(0, 3));
			b[`${type.name} on the heap`] = bytes(small, { values: truth.encode([...small]) });
			const large = type.from(values.concat(values, values, values));
			b[type.name] = bytes(large, { values: truth.encode([...large]) });
		}
	}
	for (const type of [BigInt64Array, BigUint64Array]) {
		const big = type.from([1n, -2n, 2n ** 63n - 1n]);
		b[type.name] = bytes(big, { values: truth.encode([...big]) });
	}
	const buffer = new ArrayBuffer(100);
	new Uint8Array(buffer).forEach((v, i, all) => { all[i] = i; });
	b.arrayBuffer = bytes(buffer);
	b.view = bytes(new DataView(buffer, 10, 20), { offset: 10 });
	b.part = bytes(new Uint16Array(buffer, 4, 5), { offset: 4 });
	b.shared = bytes(new SharedArrayBuffer(16));
	b.empty = bytes(new ArrayBuffer(0));
	b.pooled = bytes(Buffer.from('in the pool'));
	b.big = bytes(Buffer.alloc(300000, 'big '));
	b.withProperty = as(Object.assign(new Uint8Array([1]), { note: 'x' }),
		{ $kind: 'buffer', hex: '01', properties: { note: 'x' } });
	const made = newer(`(() => {
		const resizable = new ArrayBuffer(8, { maxByteLength: 64 });
		if (resizable.maxByteLength !== 64) { return undefined; }
		const tracking = new Uint8Array(resizable), from = new Uint16Array(resizable, 2), fixed = new Uint8Array(resizable, 4, 2);
		const view = new DataView(resizable, 1);
		resizable.resize(12);
		tracking.set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
		const growable = new SharedArrayBuffer(4, { maxByteLength: 32 });
		growable.grow(6);
		const onGrowable = new Uint8Array(growable);
		onGrowable.fill(9);
		return { resizable, tracking, from, fixed, view, growable, onGrowable };
	})()`);
	for (const name of Object.keys(made || {})) {
		b[name] = bytes(made[name], /able$/.test(name) && name !== 'onGrowable'
			? { maxLength: made[name].maxByteLength } : {});
	}
	const gone = newer('(() => { const b = new ArrayBuffer(8), v = new Uint8Array(b); structuredClone(b, { transfer: [b] }); return { b, v }; })()');
	if (gone !== undefined) {
		b.detached = as(gone.b, { $kind: 'buffer', length: 0, hex: '' });
		b.onDetached = as(gone.v, { $kind: 'buffer', length: 0, hex: '' });
	}
	return b;
}

function argumentObjects() {
	const sloppy = new Function('a', 'b', 'a = "changed"; return [arguments, () => [a, b]];');
	const [mapped] = sloppy(1, { two: 2 }, 'three');
	const partly = new Function('a', 'b', 'c', 'delete arguments[1]; a = 9; return [arguments, () => a][0];')(1, 2, 3);
	const dictionary = new Function('a', 'b', 'arguments[5000] = 1; a = "slow"; return [arguments, () => a][0];')(1, 2);
	return {
		strict: as((function strict() { return arguments; })(1, 'two'), { $kind: 'arguments', values: [1, 'two'] }),
		mapped: as(mapped, { $kind: 'arguments', values: ['changed', { two: 2 }, 'three'] }),
		partly: as(partly, { $kind: 'arguments', values: [9, { $kind: 'hole' }, 3] }),
		none: as((function none() { return arguments; })(), { $kind: 'arguments', values: [] }),
		slow: as(dictionary, { $kind: 'arguments', values: ['slow', 2, { $kind: 'hole', count: 4998 }, 1] }),
	};
}

function wrappers() {
	const wrapper = (name, value, more) => as(Object(value), Object.assign(
		{ $kind: 'wrapper', $constructor: name, '[[value]]': truth.encode(value) }, more));
	const w = {
		number: wrapper('Number', 1.5), string: wrapper('String', 'text'), boolean: wrapper('Boolean', false),
		bigint: wrapper('BigInt', 5n), symbol: wrapper('Symbol', Symbol('wrapped')),
		withProperties: wrapper('String', 'more', { own: 1, 7: 'seven' }),
	};
	Object.assign(w.withProperties, { own: 1, 7: 'seven' });
	return w;
}

const keptAlive = [];

function weak() {
	const [a, b, c] = [{ a: 1 }, { b: 2 }, { c: 3 }];
	keptAlive.push(a, b, c);
	const w = {
		weakMap: as(new WeakMap([[a, { of: 'a' }]]), { $kind: 'weakmap', entries: [[{ a: 1 }, { of: 'a' }]] }),
		weakSet: as(new WeakSet([b]), { $kind: 'weakset', values: [{ b: 2 }] }),
		emptyWeakMap: as(new WeakMap(), { $kind: 'weakmap', entries: [] }),
	};
	if (typeof WeakRef !== 'undefined') {
		w.weakRef = as(new WeakRef(c), { $kind: 'weakref', '[[target]]': { c: 3 } });
		const registry = new FinalizationRegistry(function cleanup() {});
		registry.register(a, 'held for a', b);
		registry.register(c, { held: 'for c' });
		w.registry = as(registry, { $kind: 'finalizationregistry', '[[cleanup]]': fn('cleanup'), '[[cells]]': [
			{ target: { c: 3 }, held: { held: 'for c' } }, { target: { a: 1 }, held: 'held for a', token: { b: 2 } }] });
	}
	return w;
}

/* Old versions import nothing without a flag. */
async function namespaces() {
	try {
		const text = 'export const one = 1; export let two = { deep: [2] }; export default function main() {}; export { one as alias };';
		return {
			text: as(await eval(`import('data:text/javascript,${encodeURIComponent(text)}')`), { $kind: 'namespace',
				alias: 1, default: fn('main'), one: 1, two: { deep: [2] }, 'Symbol(Symbol.toStringTag)': 'Module' }),
			builtin: as(await eval('import("os")'), { $kind: 'namespace', EOL: '\n', cpus: fn(require('os').cpus.name) }),
		};
	} catch (error) {
		return {};
	}
}

function hosted() {
	const h = {
		collator: as(new Intl.Collator('en'), { $kind: 'intl', $constructor: 'Collator' }),
		numberFormat: as(new Intl.NumberFormat('en'), { $kind: 'intl', $constructor: 'NumberFormat' }),
		dateTimeFormat: as(new Intl.DateTimeFormat('en'), { $kind: 'intl', $constructor: 'DateTimeFormat' }),
		locale: as(Object.assign(new Intl.Locale('de'), { note: 1 }), { $kind: 'intl', $constructor: 'Locale', note: 1 }),
		temporal: as(newer('new Temporal.PlainDate(2026, 1, 2)'), { $kind: 'temporal', $constructor: 'PlainDate' }),
		duration: as(newer('new Temporal.Duration(1)'), { $kind: 'temporal', $constructor: 'Duration' }),
	};
	const module = new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
	h.wasmModule = as(module, { $kind: 'wasm', $constructor: 'Module' });
	h.wasmInstance = as(new WebAssembly.Instance(module), { $kind: 'wasm', $constructor: 'Instance' });
	h.wasmMemory = as(new WebAssembly.Memory({ initial: 1 }), { $kind: 'wasm', $constructor: 'Memory' });
	h.wasmTable = as(new WebAssembly.Table({ initial: 5, element: 'anyfunc' }), { $kind: 'wasm', $constructor: 'Table' });
	h.wasmGlobal = as(new WebAssembly.Global({ value: 'i32' }, 7), { $kind: 'wasm', $constructor: 'Global' });
	return known(h);
}

/* Node's own sources: strings whose characters lie in the executable. */
function natives() {
	const sources = process.binding('natives');
	const n = {};
	for (const name of ['fs', 'util', 'timers', 'buffer', 'events', 'internal/util/inspect', 'internal/errors', 'zlib']) {
		if (sources[name] !== undefined) {
			n[name] = sources[name];
		}
	}
	return n;
}

function sha(text) {
	return require('crypto').createHash('sha256').update(text).digest('hex');
}

let values;

function finish() {
	truth.write({ values, natives: sources });
	process.abort();
}

async function main() {
	Object.assign(root, {
		functions: functions(), classes: classes(), keys: keys(), accessors: accessors(), iterators: iterators(),
		promises: await promises(), proxies: proxies(), generators: await generators(), errors: await asyncErrors(wasmError(errors())),
		binaries: binaries(), argumentObjects: argumentObjects(), wrappers: wrappers(), weak: weak(),
		namespaces: await namespaces(), hosted: hosted(),
	});
	values = truth.encode(root);
	// Beside these: what is too long to write down twice.
	root.natives = natives();
	root.global = globalThis;
	for (const name of Object.keys(root.natives)) {
		sources[name] = { length: root.natives[name].length, sha256: sha(root.natives[name]) };
	}
	root.generators.running.next();
}

const sources = {};
main().catch((error) => {
	console.error(error);
	process.exit(1);
});
